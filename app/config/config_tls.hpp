#pragma once

#include <optional>
#include <string>

namespace callboard::app {

/// What stands against serving TLS with a certificate and a key.
struct tls_fault {
  /// Whether it is the key's fault; else the certificate's.
  bool is_of_key = false;
  std::string what;
};

/// Reads both PEM files as the server does. Nothing if they can be used.
std::optional<tls_fault> tls_complaint(const std::string& certificate, const std::string& key);

} // namespace callboard::app
