#include "agents/settings.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <curl/curl.h>

namespace callboard::agents {

namespace {

/// Longer than any server runs, and still within what a steady clock counts.
constexpr std::chrono::milliseconds timeout_max = std::chrono::hours{24 * 365 * 100};

/// Headers that every request sets by itself, or that decide where its body ends.
constexpr std::array<std::string_view, 6> always_reserved{
  "connection", "content-length", "content-type", "expect", "transfer-encoding", "upgrade",
};

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view token_characters
    = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !text.empty() && text.find_first_not_of(token_characters) == std::string_view::npos;
}

std::string lower_case(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

} // namespace

bool is_http_url(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts{curl_url(), &curl_url_cleanup};
  // The parser forgives a third slash and takes what follows for the host.
  if (url.find(":///") != std::string::npos)
    return false;
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    return false;
  char* scheme = nullptr;
  if (curl_url_get(parts.get(), CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
    return false;
  const std::string_view name = scheme;
  const auto is_taken = name == "http" || name == "https";
  curl_free(scheme);
  return is_taken;
}

result<void> check_timeout(std::optional<std::chrono::milliseconds> timeout) {
  if (timeout && (timeout->count() < 1 || *timeout > timeout_max))
    return fail(errc::invalid_argument,
                "timeoutMs must be from 1 to " + std::to_string(timeout_max.count()));
  return {};
}

result<void> check_url(std::string_view setting, const std::string& url) {
  if (!is_http_url(url))
    return fail(errc::invalid_argument,
                std::string{setting} + " must be an http:// or https:// URL");
  return {};
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

result<std::vector<std::string>> header_lines(const std::map<std::string, std::string>& headers,
                                              std::span<const std::string_view> reserved) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : headers) {
    if (!is_token(name))
      return fail(errc::invalid_argument, "headers: \"" + name + "\" is not a valid header name");
    const auto plain = lower_case(name);
    if (std::ranges::count(always_reserved, plain) + std::ranges::count(reserved, plain) > 0)
      return fail(errc::invalid_argument, "headers: " + name + " is set by the server itself");
    if (has_control_characters(value))
      return fail(errc::invalid_argument,
                  "headers: the value of " + name + " must not contain control characters");
    // libcurl takes "Name:" as an order to leave the header out, and "Name;" as one that is empty.
    lines.push_back(value.empty() ? name + ';' : name + ": " + value);
  }
  return lines;
}

std::vector<std::string> header_secrets(const std::map<std::string, std::string>& headers) {
  // Shorter ones are words that texts may well have.
  constexpr std::size_t secret_bytes_min = 8;
  std::vector<std::string> made;
  for (const auto& [name, value] : headers) {
    made.push_back(value);
    made.push_back(value.substr(value.rfind(' ') + 1));
  }
  std::erase_if(made, [](const std::string& text) { return text.size() < secret_bytes_min; });
  return made;
}

} // namespace callboard::agents
