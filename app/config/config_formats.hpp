#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::app {

/// The address to listen on.
struct endpoint {
  /// IPv4 or IPv6 address as a text, without brackets.
  std::string address;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads "127.0.0.1:3000", "[::1]:3000" or "localhost:3000". Names other than `localhost` are not
/// looked up: what a server listens on should not depend on a name server.
std::optional<endpoint> parse_endpoint(std::string_view text);

/// Whether only programs on this machine can reach an address (127.0.0.0/8, ::1).
bool is_loopback(std::string_view address);

// Checks of texts: what is allowed ("must be …"), or nothing when the text is fine.

std::optional<std::string> check_endpoint(std::string_view text);
/// A setting that `open_store` accepts.
std::optional<std::string> check_store(std::string_view text);
std::optional<std::string> check_uuid(std::string_view text);
/// 64 hex digits.
std::optional<std::string> check_sha256(std::string_view text);
/// "http://…" or "https://…" with a host; empty is fine.
std::optional<std::string> check_http_url(std::string_view text);
/// The same, for the base of an OpenAI API: not empty, and without the path of a call.
std::optional<std::string> check_base_url(std::string_view text);
/// A signing secret for Standard Webhooks: not empty, and not malformed.
std::optional<std::string> check_webhook_secret(std::string_view text);
/// "*", or scheme, host and port of an http URL.
std::optional<std::string> check_origin(std::string_view text);
/// An IP address, or a network like 10.0.0.0/8.
std::optional<std::string> check_network(std::string_view text);
std::optional<std::string> check_variable_name(std::string_view text);

} // namespace callboard::app
