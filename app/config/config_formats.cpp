#include "app/config/config_formats.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

#include <callboard/uuid.hpp>

#include "agents/http/ip_network.hpp"
#include "agents/http/webhook_signature.hpp"
#include "app/config/store_setting.hpp"
#include "app/digest.hpp"

namespace callboard::app {

namespace {

using complaint = std::optional<std::string>;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_address(int family, const std::string& text) {
  in6_addr unused{};
  return ::inet_pton(family, text.c_str(), &unused) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, port);
  if (fault != std::errc{} || stop != end)
    return std::nullopt;
  return port;
}

/// What follows "http://" or "https://"; no value if the text begins otherwise.
std::optional<std::string_view> after_scheme(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (url.starts_with(scheme))
      return url.substr(scheme.size());
  return std::nullopt;
}

bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

} // namespace

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port)
    return std::nullopt;
  auto host = std::string{text.substr(0, colon)};
  if (host == "localhost")
    host = "127.0.0.1";
  if (is_address(AF_INET, host))
    return endpoint{host, *port};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (is_address(AF_INET6, host))
      return endpoint{host, *port};
  }
  return std::nullopt;
}

bool is_loopback(std::string_view address) {
  const std::string text{address};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

complaint check_endpoint(std::string_view text) {
  if (parse_endpoint(text))
    return std::nullopt;
  return "must be ADDRESS:PORT with an IPv4 address, an IPv6 address in brackets or localhost, and "
         "a port from 0 to 65535";
}

complaint check_store(std::string_view text) {
  return store_complaint(text);
}

complaint check_uuid(std::string_view text) {
  if (const auto id = uuid::parse(text); id && !id->is_nil())
    return std::nullopt;
  return "must be a UUID (8-4-4-4-12 hex digits, not all zero)";
}

complaint check_sha256(std::string_view text) {
  if (digest_from_hex(text))
    return std::nullopt;
  return "must be a SHA-256 digest (64 hex digits)";
}

complaint check_http_url(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  const auto rest = after_scheme(text);
  if (rest && !rest->substr(0, rest->find_first_of("/?#")).empty() && !has_blank_or_control(text))
    return std::nullopt;
  return "must be a URL that begins with http:// or https:// and names a host";
}

complaint check_base_url(std::string_view text) {
  if (auto what = check_http_url(text))
    return what;
  auto path = text.substr(0, text.find_first_of("?#"));
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.ends_with("/chat/completions"))
    return "must not end in /chat/completions, which is appended to it";
  return std::nullopt;
}

complaint check_webhook_secret(std::string_view text) {
  if (text.empty())
    return "must not be empty; without the setting, requests are not signed";
  const auto key = agents::webhook_key(text);
  if (key)
    return std::nullopt;
  auto what = key.error().message;
  constexpr std::string_view name = "secret: ";
  return what.starts_with(name) ? what.substr(name.size()) : what;
}

complaint check_network(std::string_view text) {
  if (agents::ip_network::parse(text))
    return std::nullopt;
  return "must be an IP address or a network like 10.0.0.0/8";
}

complaint check_origin(std::string_view text) {
  if (text == "*")
    return std::nullopt;
  const auto rest = after_scheme(text);
  if (rest && !rest->empty() && rest->find_first_of("/?#@*") == std::string_view::npos
      && !has_blank_or_control(text))
    return std::nullopt;
  return "must be an origin (http:// or https://, a host and optionally a port, no path) or *";
}

complaint check_variable_name(std::string_view text) {
  const auto is_start = [](char c) { return is_letter(c) || c == '_'; };
  const auto is_part = [&](char c) { return is_start(c) || is_digit(c); };
  if (!text.empty() && is_start(text.front()) && std::all_of(text.begin(), text.end(), is_part))
    return std::nullopt;
  return "must be the name of an environment variable (letters, digits and _)";
}

} // namespace callboard::app
