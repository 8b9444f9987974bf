#pragma once

#include <callboard/schedule.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::sqlite {

/// `[[after,until],…]` in milliseconds; none for no ranges.
std::optional<std::string> to_text(std::span<const time_range> ranges);

/// Reads what `to_text` writes; none if it is anything else, or if the ranges are not in order.
std::optional<std::vector<time_range>> parse_time_ranges(std::string_view text);

} // namespace callboard::sqlite
