#include "text/json_string.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace callboard::json {

namespace {

constexpr bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/// Whether one of eight bytes is not plain. Never overlooks one; a plain byte behind an odd one may
/// count as odd, too.
constexpr bool has_odd_byte(std::uint64_t word) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  const auto zero_in = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes; };
  const auto below_space = (word - ones * 0x20) & ~word;
  return ((word | below_space | zero_in(word ^ (ones * '"')) | zero_in(word ^ (ones * '\\')))
          & highs)
         != 0;
}

void append_utf8(std::string& to, unsigned code) {
  const auto add = [&to](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

char unescaped(char c) noexcept {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

} // namespace

std::size_t plain_length(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (has_odd_byte(word))
      break;
  }
  while (at < text.size() && is_plain(static_cast<unsigned char>(text[at])))
    ++at;
  return at;
}

std::size_t sequence_length(std::string_view text) noexcept {
  const auto is_within = [text](std::size_t at, unsigned low, unsigned high) {
    const auto byte = at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    return byte >= low && byte <= high;
  };
  const auto first = static_cast<unsigned char>(text.front());
  if (first >= 0xC2 && first <= 0xDF)
    return is_within(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF)
    return is_within(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF)
               && is_within(2, 0x80, 0xBF)
             ? 3
             : 0;
  if (first >= 0xF0 && first <= 0xF4)
    return is_within(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF)
               && is_within(2, 0x80, 0xBF) && is_within(3, 0x80, 0xBF)
             ? 4
             : 0;
  return 0;
}

int hex_value(std::string_view text) noexcept {
  if (text.size() < 4)
    return -1;
  int value = 0;
  for (const auto c : text.substr(0, 4)) {
    const auto digit = c >= '0' && c <= '9'   ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

std::string decoded(std::string_view string) {
  std::string made;
  if (string.size() < 2)
    return made;
  auto rest = string.substr(1, string.size() - 2);
  // Nothing is reserved: a text of escapes is six times as long as what it stands for, which is kept.
  for (;;) {
    const auto escape = std::min(rest.find('\\'), rest.size());
    made += rest.substr(0, escape);
    rest.remove_prefix(escape);
    if (rest.size() < 2)
      return made;
    if (rest[1] != 'u') {
      made += unescaped(rest[1]);
      rest.remove_prefix(2);
      continue;
    }
    auto code = hex_value(rest.substr(2));
    if (code < 0)
      return made;
    rest.remove_prefix(6);
    if (code >= 0xD800 && code <= 0xDFFF) {
      const auto low = rest.size() < 6 ? -1 : hex_value(rest.substr(2));
      if (low < 0)
        return made;
      code = 0x10000 + ((code - 0xD800) * 0x400) + (low - 0xDC00);
      rest.remove_prefix(6);
    }
    append_utf8(made, static_cast<unsigned>(code));
  }
}

} // namespace callboard::json
