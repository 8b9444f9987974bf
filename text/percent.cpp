#include "text/percent.hpp"

#include <algorithm>

namespace callboard::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// The byte that the escape at the start of a text stands for, or -1.
int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3)
    return -1;
  const auto high = hex_value(text[1]);
  const auto low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string decode_form(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '%' ? escaped_byte(text.substr(at)) : -1;
    if (byte >= 0)
      at += 2;
    made += byte >= 0 ? static_cast<char>(byte) : text[at] == '+' ? ' ' : text[at];
  }
  return made;
}

/// The first parameter of a query, which is taken off it: name and value, still encoded.
std::pair<std::string_view, std::string_view> take_parameter(std::string_view& query) {
  const auto pair = query.substr(0, query.find('&'));
  query.remove_prefix(std::min(query.size(), pair.size() + 1));
  const auto equals = std::min(pair.find('='), pair.size());
  return {pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
}

} // namespace

bool percent_decode(std::string_view text, std::vector<char>& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const auto byte = escaped_byte(text.substr(at));
    if (byte < 0)
      return false;
    out.push_back(static_cast<char>(byte));
    at += 2;
  }
  return true;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view plain
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  for (const auto c : text) {
    if (plain.find(c) != std::string_view::npos) {
      made += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      made.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return made;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto [key, value] = take_parameter(query);
    if (decode_form(key) == name)
      return decode_form(value);
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> found;
  while (!query.empty()) {
    const auto [key, value] = take_parameter(query);
    if (!key.empty() || !value.empty())
      found.emplace_back(decode_form(key), decode_form(value));
  }
  return found;
}

} // namespace callboard::http
