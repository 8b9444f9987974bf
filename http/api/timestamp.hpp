#pragma once

#include <optional>
#include <string_view>

#include <callboard/time.hpp>

namespace callboard::http {

/// Reads a date-time as `parse_date_time` does; without an offset, or as a date alone, it is in UTC.
/// None for anything else.
std::optional<system_time> parse_timestamp(std::string_view text);

} // namespace callboard::http
