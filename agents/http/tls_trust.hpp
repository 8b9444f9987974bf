#pragma once

#include <callboard/time.hpp>

#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

namespace callboard::agents {

/// The certificates that a client trusts, read once for all of its connections: there are some 140 of
/// them, which take 20 ms and 800 KB. Used by one thread.
class tls_trust {
public:
  /// @param bundle file with the certificates, PEM; empty: the system's. Until it can be
  /// read, no certificate is trusted.
  explicit tls_trust(std::string bundle);

  /// Reads the file if it was changed, and looks for that once a second. What cannot be read changes
  /// nothing: whoever writes the file may not be ready. Returns whether others are trusted now.
  bool refresh(steady_time now);

  /// Makes connections of this context trust them.
  void apply_to(SSL_CTX& context) const;

private:
  struct store_closer {
    void operator()(X509_STORE* store) const {
      X509_STORE_free(store);
    }
  };
  using store_ptr = std::unique_ptr<X509_STORE, store_closer>;

  /// What changes with a file.
  struct file_version {
    unsigned long device = 0;
    unsigned long number = 0;
    long size_bytes = 0;
    long long changed_ns = 0;

    bool operator==(const file_version&) const = default;
  };

  static std::optional<file_version> version_of(const std::string& file);
  static store_ptr make_store();

  const std::string bundle_;
  store_ptr store_;
  std::optional<file_version> version_;
  steady_time look_again_at_{};
};

} // namespace callboard::agents
