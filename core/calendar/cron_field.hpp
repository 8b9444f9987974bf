#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include <callboard/error.hpp>

#include "core/calendar/cron.hpp"

namespace callboard::core {

/// What may stand in a field of a cron expression.
struct cron_field {
  std::string_view name;
  /// The smallest and the largest value.
  unsigned min;
  unsigned max;
  /// Names of values, upper case, from `min` on.
  std::span<const std::string_view> names;
  /// What error messages say is allowed.
  std::string_view allowed;
  /// Sunday is also 7.
  bool is_week = false;
};

inline constexpr auto month_names = std::to_array<std::string_view>(
  {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"});
inline constexpr auto weekday_names
  = std::to_array<std::string_view>({"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"});

inline constexpr cron_field second_field{"second", 0, 59, {}, "0-59, *, 1,2 and 1-5, with /step"};
inline constexpr cron_field minute_field{"minute", 0, 59, {}, "0-59, *, 1,2 and 1-5, with /step"};
inline constexpr cron_field hour_field{"hour", 0, 23, {}, "0-23, *, 1,2 and 1-5, with /step"};
inline constexpr cron_field day_of_month_field{
  "day of month",
  1,
  31,
  {},
  "1-31, *, ?, L, L-3, 15W, LW, 1,2 and 1-5, with /step"};
inline constexpr cron_field month_field{"month", 1, 12, month_names,
                                        "1-12, JAN-DEC, *, 1,2 and 1-5, with /step"};
inline constexpr cron_field day_of_week_field{
  "day of week",
  0,
  6,
  weekday_names,
  "0-7 (0 and 7 are Sunday), SUN-SAT, *, ?, 5L, FRIL, 2#1, 1,2 and 1-5, with /step",
  true};

/// One entry of a field's list, read.
struct cron_entry {
  /// The values that it stands for.
  bit_set values = 0;
  /// The entry in numbers.
  std::string text;
};

/// The error for an entry: the field, what is wrong, what is allowed. Shows the entry's beginning, as
/// printable ASCII.
error wrong_entry(const cron_field& field, std::string_view entry, std::string_view why);

/// A value of a field: a number or a name in any case. The week has no 7 yet.
std::optional<unsigned> read_value(const cron_field& field, std::string_view text);

/// An entry of any field: `*`, a value or a range, with or without a step.
result<cron_entry> read_entry(const cron_field& field, std::string_view entry);

/// An entry of the day-of-month field, added to the days.
/// Returns it in numbers.
result<std::string> read_day_of_month(std::string_view entry, cron_days& days);

/// An entry of the day-of-week field, added to the days.
/// Returns it in numbers.
result<std::string> read_day_of_week(std::string_view entry, cron_days& days);

} // namespace callboard::core
