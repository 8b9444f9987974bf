#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace callboard::test {

/// How a certificate is made out.
struct certificate_options {
  /// The IP address that it is for.
  std::string address = "127.0.0.1";
  /// From now; negative: expired.
  std::chrono::seconds valid_for{3600};
};

/// An authority of the test's own, that signs certificates.
class test_authority {
public:
  test_authority();
  ~test_authority();

  /// Its own certificate, PEM: what a client has to trust.
  std::string certificate() const;

  struct issued;
  std::shared_ptr<const issued> issue(const certificate_options& options) const;

private:
  struct keys;
  std::unique_ptr<keys> keys_;
};

/// A TLS server on a free port of the loopback interface that answers each request with 200 and "ok".
class tls_peer {
public:
  explicit tls_peer(std::shared_ptr<const test_authority::issued> certificate);

  /// Closes all connections and waits for their threads.
  ~tls_peer();

  /// "https://127.0.0.1:<port>/".
  std::string url() const;

  /// Handshakes that worked, and those of them that took up an earlier session.
  std::size_t connections() const;
  std::size_t resumed() const;

  /// Requests read so far.
  std::size_t requests() const;

  /// Says farewell on all connections, as TLS has it, closes them, and waits until that is done.
  void close_all();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace callboard::test
