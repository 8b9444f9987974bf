#include <callboard/uuid.hpp>

namespace callboard {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

/// Whether a dash stands before the given byte of the text form.
constexpr bool is_after_dash(std::size_t byte) noexcept {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
  if (text.size() != 36)
    return std::nullopt;
  uuid made;
  std::size_t at = 0;
  for (std::size_t i = 0; i < made.bytes.size(); ++i) {
    if (is_after_dash(i) && text[at++] != '-')
      return std::nullopt;
    const auto high = hex_value(text[at]);
    const auto low = hex_value(text[at + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    made.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return made;
}

std::string uuid::to_string() const {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (is_after_dash(i))
      text += '-';
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

} // namespace callboard
