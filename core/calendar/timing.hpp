#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <callboard/date_time.hpp>
#include <callboard/error.hpp>
#include <callboard/time.hpp>

#include "core/calendar/cron.hpp"
#include "core/calendar/time_zone.hpp"

namespace callboard::core {

/// The shortest interval. Below it the work of starting runs would be all that a server does.
inline constexpr std::chrono::milliseconds interval_min{100};
/// The longest interval: 100 years, as far as cron expressions are followed.
inline constexpr std::chrono::milliseconds interval_max = std::chrono::days{36'525};

/// What the text of a schedule says, before it is known where and from when on: a cron expression, an
/// interval (`@every 90s`), or a date and time.
using timing_rule = std::variant<cron_expression, std::chrono::milliseconds, date_time>;

/// Reads the text of a schedule: what begins as a year and a hyphen is a date-time, all else a cron
/// expression, a nickname or `@every` with a duration of whole hours, minutes, seconds and
/// milliseconds, in this order (`1h30m`). Blanks at the ends do not count.
/// Errors: `invalid_argument` with what is wrong, where, and what is allowed.
result<timing_rule> parse_timing(std::string_view text);

/// The rule as a text that parses to it.
std::string to_string(const timing_rule& rule);

/// Due when the clocks of a zone match a cron expression (`next_match`).
struct cron_timing {
  cron_expression expression;
  zone_ptr zone;
};

/// Due at `start` + n × `interval`, n = 1, 2, 3 …: without drift, however late a run was.
struct interval_timing {
  system_time start;
  /// `interval_min` to `interval_max`.
  std::chrono::milliseconds interval;
};

/// Due once.
struct dated_timing {
  system_time at;
};

/// When something is due.
using timing = std::variant<cron_timing, interval_timing, dated_timing>;

/// Whether it depends on a time zone when a rule is due: not for intervals and dates with an offset.
bool needs_zone(const timing_rule& rule) noexcept;

/// The schedule of a rule.
/// @param zone whose clocks a cron expression means, and a date-time without an offset: of two equal
///   wall times the first; if clocks skip it, the instant at which they do.
/// @param start where an interval counts from.
timing make_timing(timing_rule rule, zone_ptr zone, system_time start);

/// The first time of a grid, `start` + n × `interval` with n ≥ 1, after `after`. No value beyond the
/// year 9999.
/// @param interval positive.
std::optional<system_time> next_on_grid(system_time start, std::chrono::milliseconds interval,
                                        system_time after);

/// The first time after `after` at which a schedule is due; no value if there is none (see
/// `next_match` for how far cron expressions are followed).
std::optional<system_time> next_due(const timing& when, system_time after);

/// The times after `after` and not after `until` at which a schedule is due, ascending, the first
/// `limit` of them.
std::vector<system_time> due_between(const timing& when, system_time after, system_time until,
                                     std::size_t limit);

/// How many times a schedule is due after `after` and not after `until`, `limit` at most. An interval
/// is counted at once; a cron expression time by time, so that `limit` bounds the work.
std::uint64_t count_due(const timing& when, system_time after, system_time until,
                        std::uint64_t limit);

} // namespace callboard::core
