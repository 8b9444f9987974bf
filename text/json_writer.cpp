#include "text/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace callboard::http {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

constexpr bool is_plain(unsigned char c) noexcept {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/// How many plain characters a text begins with.
std::size_t plain_length(std::string_view text) noexcept {
  constexpr std::size_t block = 32;
  const auto is_plain_at
    = [text](std::size_t i) { return is_plain(static_cast<unsigned char>(text[i])); };
  std::size_t at = 0;
  while (at < std::min(text.size(), block) && is_plain_at(at))
    ++at;
  // What begins like this is mostly long. Compilers make a few instructions of a look at a block.
  while (at >= block && text.size() - at >= block) {
    unsigned odd = 0;
    for (std::size_t i = 0; i < block; ++i)
      odd |= is_plain_at(at + i) ? 0U : 1U;
    if (odd != 0)
      break;
    at += block;
  }
  while (at < text.size() && is_plain_at(at))
    ++at;
  return at;
}

constexpr bool is_continuation(unsigned char c) noexcept {
  return (c & 0xC0) == 0x80;
}

/// Length of the UTF-8 sequence of more than one byte at the start of a text; 0 if it is not valid
/// (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte
    = [text](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  const auto first = byte(0);
  const auto second = byte(1);
  if (first >= 0xC2 && first <= 0xDF)
    return is_continuation(second) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const auto lowest = first == 0xE0 ? 0xA0 : 0x80;
    const auto highest = first == 0xED ? 0x9F : 0xBF;
    return second >= lowest && second <= highest && is_continuation(byte(2)) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const auto lowest = first == 0xF0 ? 0x90 : 0x80;
    const auto highest = first == 0xF4 ? 0x8F : 0xBF;
    return second >= lowest && second <= highest && is_continuation(byte(2))
               && is_continuation(byte(3))
             ? 4
             : 0;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += hex_digits[static_cast<unsigned char>(c) >> 4];
      out += hex_digits[static_cast<unsigned char>(c) & 15];
  }
}

} // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (is_plain(c)) {
      at += plain_length(text.substr(at));
      continue;
    }
    if (const auto length = c >= 0x80 ? sequence_length(text.substr(at)) : 0; length > 0) {
      at += length;
      continue;
    }
    out.append(text, from, at - from);
    if (c >= 0x80)
      out += replacement;
    else
      append_escaped(out, text[at]);
    from = ++at;
  }
  out.append(text, from);
  out += '"';
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_double(std::string& out, double number) {
  // Up to 2^53 whole numbers are exact, and print like integers.
  constexpr double exact_max = 9007199254740992.0;
  if (number == std::trunc(number) && std::abs(number) <= exact_max)
    return append_number(out, static_cast<std::int64_t>(number));
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_hundredths(std::string& out, std::int64_t hundredths) {
  append_number(out, hundredths / 100);
  const auto rest = hundredths % 100;
  if (rest == 0)
    return;
  out += '.';
  out += static_cast<char>('0' + rest / 10);
  if (rest % 10 != 0)
    out += static_cast<char>('0' + rest % 10);
}

void append_uuid(std::string& out, const uuid& id) {
  out += '"';
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out += '-';
    out += hex_digits[id.bytes[i] >> 4];
    out += hex_digits[id.bytes[i] & 15];
  }
  out += '"';
}

} // namespace callboard::http
