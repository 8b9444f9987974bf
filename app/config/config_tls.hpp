#pragma once

#include <optional>
#include <string>

namespace callboard::app {

/// Why TLS cannot be served with a certificate and a key.
struct tls_fault {
  /// Whether the key is wrong; otherwise the certificate is.
  bool is_of_key = false;
  std::string what;
};

/// Reads both PEM files as the server does. Nothing if they can be used.
std::optional<tls_fault> tls_complaint(const std::string& certificate, const std::string& key);

} // namespace callboard::app
