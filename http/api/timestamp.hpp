#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <callboard/time.hpp>

namespace callboard::http {

/// RFC 3339 in UTC with milliseconds: "2026-03-01T09:00:00.000Z".
std::string to_timestamp(system_time time);

/// Reads a date-time as `parse_date_time` does; without an offset, or as a date alone, it is in UTC.
/// None for anything else.
std::optional<system_time> parse_timestamp(std::string_view text);

} // namespace callboard::http
