#pragma once

#include <string>
#include <string_view>

namespace callboard::core {

/// Whether a text is valid UTF-8 (RFC 3629: shortest forms, no surrogates, up to U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// The text with each byte that is not part of valid UTF-8, and each NUL, replaced by U+FFFD.
std::string to_utf8(std::string text);

} // namespace callboard::core
