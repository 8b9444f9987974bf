#pragma once

#include <string_view>

namespace callboard::core {

/// What separates the parts of a text that somebody typed, or a file held: a line's end is among them.
inline constexpr std::string_view blanks = " \t\n\v\f\r";

} // namespace callboard::core
