#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace callboard::http {

/// Whether two strings are equal, ignoring the case of ASCII letters.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// A text without the spaces and tabs around it.
std::string_view trimmed(std::string_view text) noexcept;

/// The parts of a comma-separated text, without the spaces around them; empty ones are left out.
std::vector<std::string> split_list(std::string_view text);

} // namespace callboard::http
