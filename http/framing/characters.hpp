#pragma once

#include <array>
#include <string_view>

namespace callboard::http {

/// A set of bytes, asked with one look-up.
using byte_set = std::array<bool, 256>;

namespace detail {

constexpr byte_set set_of(std::string_view members, unsigned first = 1, unsigned last = 0) {
  byte_set made{};
  for (unsigned c = first; c <= last; ++c)
    made[c] = true;
  for (const char c : members)
    made[static_cast<unsigned char>(c)] = true;
  return made;
}

constexpr byte_set without(byte_set from, std::string_view others) {
  for (const char c : others)
    from[static_cast<unsigned char>(c)] = false;
  return from;
}

} // namespace detail

/// What a token is made of (RFC 9110, 5.6.2): methods and field names are tokens.
inline constexpr byte_set token_bytes
  = detail::set_of("!#$%&'*+-.^_`|~0123456789"
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/// What a request line is made of: visible ASCII and spaces.
inline constexpr byte_set request_line_bytes = detail::set_of("", 0x20, 0x7E);

/// What a field line is made of (RFC 9110, 5.5): no control byte but the tab; bytes beyond ASCII are
/// nobody's business.
inline constexpr byte_set field_line_bytes
  = detail::without(detail::set_of("\t", 0x20, 0xFF), "\x7F");

/// What a request target is made of. RFC 3986 allows less, but browsers leave brackets, braces, bars
/// and the like as they are (WHATWG URL); these four they never do.
inline constexpr byte_set target_bytes = detail::without(detail::set_of("", 0x21, 0x7E), "\"#<>");

/// Whether a byte is in a set.
constexpr bool is_in(const byte_set& set, char c) noexcept {
  return set[static_cast<unsigned char>(c)];
}

/// Whether all bytes of a text are in a set.
constexpr bool is_all_in(const byte_set& set, std::string_view text) noexcept {
  for (const char c : text)
    if (!is_in(set, c))
      return false;
  return true;
}

/// Whether a text is a token.
constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && is_all_in(token_bytes, text);
}

} // namespace callboard::http
