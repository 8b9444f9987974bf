#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace callboard::json {

/// The nearest double of a JSON number; infinite if no double is as large. What is not zero does not
/// become zero, so that "above 0" holds for 1e-400.
double to_double(std::string_view number) noexcept;

/// The value of a JSON number if it is an integer that 64 signed bits hold, judged by its digits.
std::optional<std::int64_t> to_integer(std::string_view number) noexcept;

} // namespace callboard::json
