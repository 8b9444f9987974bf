#include "text/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace callboard::core {

namespace {

/// Length of the valid sequence at the front of a non-empty text, 0 if there is none.
std::size_t sequence_length(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto is_between = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first >= 0xC2 && first <= 0xDF)
    return is_between(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return is_between(1, low, high) && is_between(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return is_between(1, low, high) && is_between(2, 0x80, 0xBF) && is_between(3, 0x80, 0xBF) ? 4
                                                                                              : 0;
  }
  return 0;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_utf8(std::string text) {
  if (is_utf8(text) && text.find('\0') == std::string::npos)
    return text;
  std::string made;
  made.reserve(text.size() + 16);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto length = sequence_length(rest);
    if (length == 0 || rest.front() == '\0') {
      made += "\xEF\xBF\xBD";
      rest.remove_prefix(1);
    } else {
      made += rest.substr(0, length);
      rest.remove_prefix(length);
    }
  }
  return made;
}

} // namespace callboard::core
