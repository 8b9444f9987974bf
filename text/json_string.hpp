#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace callboard::json {

/// How many bytes a text begins with that stand for themselves in a JSON string: ASCII that is neither
/// a quote, a backslash nor a control character.
std::size_t plain_length(std::string_view text) noexcept;

/// Length of the UTF-8 sequence of more than one byte at the start of a text; 0 if it is not valid
/// (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
std::size_t sequence_length(std::string_view text) noexcept;

/// The value of four hexadecimal digits at the start of a text; -1 if they are not there.
int hex_value(std::string_view text) noexcept;

/// The content of a JSON string, which is given with its quotes. Of one that is not valid some part.
std::string decoded(std::string_view string);

} // namespace callboard::json
