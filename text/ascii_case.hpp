#pragma once

#include <algorithm>
#include <string_view>

namespace callboard::core {

/// The capital letter for a small one of ASCII; all other characters as they are.
constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Whether two words of ASCII differ in nothing but the case of their letters.
constexpr bool is_same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_upper(x) == to_upper(y); });
}

} // namespace callboard::core
