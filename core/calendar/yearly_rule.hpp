#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include <callboard/error.hpp>

namespace callboard::core {

/// A day of each year, and a time on it: when clocks change.
struct yearly_moment {
  /// How the day is given.
  enum class day_kind {
    /// `Jn`: 1–365, 29 February is not counted.
    without_leap_day,
    /// `n`: 0–365, 29 February is counted.
    with_leap_day,
    /// `Mm.w.d`: the w-th (5: the last) weekday d of month m.
    weekday_of_month,
  };

  day_kind kind = day_kind::with_leap_day;
  /// `n`, or the weekday `d`, Sunday = 0.
  unsigned day = 0;
  /// `m`, for the weekday of a month.
  unsigned month = 1;
  /// `w`, for the weekday of a month.
  unsigned week = 1;
  /// What clocks show then, counted from midnight; −167 h to 167 h.
  std::chrono::seconds time = std::chrono::hours{2};

  /// The moment in a year, as clocks show it.
  std::chrono::local_seconds in(std::chrono::year year) const;
};

/// Which offsets hold from year to year, without an end: the POSIX TZ string that ends a file of the
/// tz database (`CET-1CEST,M3.5.0,M10.5.0/3`).
struct yearly_rule {
  /// Daylight saving: its offset and when it begins (in standard time) and ends (in its own time).
  /// In Dublin it is the winter that is "saved"; only the offsets count.
  struct saving {
    std::chrono::seconds offset{0};
    yearly_moment begin;
    yearly_moment end;
  };

  std::chrono::seconds offset{0};
  std::optional<saving> daylight;
};

/// Reads a POSIX TZ string with RFC 8536's extension (times of −167 to 167 hours). Daylight saving must
/// say when it is. Errors: `invalid_argument`.
result<yearly_rule> parse_yearly_rule(std::string_view text);

} // namespace callboard::core
