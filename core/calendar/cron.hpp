#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/time.hpp>

#include "core/calendar/time_zone.hpp"

namespace callboard::core {

/// A set of small numbers: bit n stands for n.
using bit_set = std::uint64_t;

/// The days that a cron expression's two day fields match.
struct cron_days {
  /// The field is `*` or `?` and leaves the choice to the other one.
  bool is_any_day_of_month = true;
  /// The field is `*` or `?` and leaves the choice to the other one.
  bool is_any_day_of_week = true;
  /// 1–31.
  bit_set days_of_month = 0;
  /// `L` and `L-3`: 0–30 days before the last one.
  bit_set days_before_last = 0;
  /// `15W`: the weekday (Monday to Friday) of the month that is nearest to this day, 1–31.
  bit_set nearest_weekdays = 0;
  /// `LW`: the month's last weekday.
  bool has_last_weekday = false;
  /// 0–6, Sunday = 0.
  bit_set days_of_week = 0;
  /// `5L`: the month's last day of that name, 0–6.
  bit_set last_days_of_week = 0;
  /// `2#1`: the n-th day of that name, 0–6, at n − 1.
  std::array<bit_set, 5> nth_days_of_week{};

  /// The days of a month that match, 1–31. If both fields restrict, a day that either matches does.
  bit_set in(std::chrono::year_month month) const;

  friend bool operator==(const cron_days&, const cron_days&) = default;
};

/// A parsed cron expression. Two are equal if they are written alike, apart from names, blanks,
/// leading zeros and a `?`; `1,2` and `1-2` match the same and are not equal.
struct cron_expression {
  /// 0–59.
  bit_set seconds = 0;
  /// 0–59.
  bit_set minutes = 0;
  /// 0–23.
  bit_set hours = 0;
  /// 1–12.
  bit_set months = 0;
  /// What the two day fields say.
  cron_days days;
  /// The hour field has neither `*` nor `/`: each wall time that matches is meant once a day, also
  /// when clocks change (see `next_match`).
  bool is_fixed = false;
  /// The expression with numbers in place of names, single blanks, `*` for `?`, and without a seconds
  /// field that is 0. Parses to this value.
  std::string text;

  friend bool operator==(const cron_expression&, const cron_expression&) = default;
};

/// Reads a cron expression of five fields (minute, hour, day of month, month, day of week) or six
/// (second first), or a nickname (`@daily`); `docs/schedules.md` has the syntax. `@every` is no cron
/// expression, see `parse_timing`.
/// Errors: `invalid_argument` with the field, what is wrong in it and what is allowed; also for
/// expressions that match no day within 100 years, which are those that never match any.
result<cron_expression> parse_cron(std::string_view text);

/// `expression.text`.
inline const std::string& to_string(const cron_expression& expression) {
  return expression.text;
}

/// The first time after `after` at which an expression is due in a zone; always a whole second.
///
/// While clocks go evenly that is each time they show a match. Where they change: a fixed expression
/// is due once for each match, at the first of two equal wall times, and for matches that are skipped
/// once at the instant after the gap. Others are due whenever clocks show a match: not in a gap, and
/// in both passes of a repeated hour.
///
/// No value if that is more than 100 years ahead, or beyond the year 9999: some expressions that are
/// not fixed only match wall times that a zone skips.
std::optional<system_time> next_match(const cron_expression& expression, const time_zone& zone,
                                      system_time after);

} // namespace callboard::core
