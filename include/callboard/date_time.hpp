#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/time.hpp>

namespace callboard {

/// A date and a time of day, as RFC 3339 writes them.
struct date_time {
  /// What a calendar and a clock show, years 0000–9999, rounded down to milliseconds.
  std::chrono::local_time<std::chrono::milliseconds> shown = {};
  /// Local time minus UTC; no value if the text has no offset.
  std::optional<std::chrono::minutes> offset = {};

  friend bool operator==(const date_time&, const date_time&) = default;
};

/// Reads an RFC 3339 date-time. `t`, `z` and a blank instead of the `T` are accepted, as the RFC allows.
/// The offset may be missing, and so may the seconds, as Java prints them. Second 60 is read as the first
/// second of the next minute.
/// Errors: `invalid_argument` with what is wrong and what is allowed.
result<date_time> parse_date_time(std::string_view text);

/// The instant of an RFC 3339 date-time that has an offset (`2026-03-29T02:30:00.5+01:00`).
/// Errors: as `parse_date_time`; `invalid_argument` without an offset, and if the result is outside
/// the years 0000–9999.
result<system_time> parse_instant(std::string_view text);

/// An instant in RFC 3339, UTC, with milliseconds: `2026-03-29T01:30:00.500Z`.
/// @param time within the years 0–9999.
std::string to_rfc3339(system_time time);

/// The date and time as RFC 3339: `2026-03-29T02:30:00.500`, and the offset if there is one.
std::string to_string(const date_time& value);

} // namespace callboard
