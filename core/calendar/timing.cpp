#include "core/calendar/timing.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace callboard::core {

using namespace std::chrono;

namespace {

/// RFC 3339 has four digits for the year.
constexpr system_time due_end{sys_days{year{10'000} / January / 1}};

system_time instant_of(const date_time& time, const time_zone& zone) {
  if (time.offset)
    return system_time{time.shown.time_since_epoch() - *time.offset};
  return zone.instant_of(time.shown);
}

struct next_finder {
  system_time after;

  std::optional<system_time> operator()(const cron_timing& rule) const {
    return next_match(rule.expression, *rule.zone, after);
  }

  std::optional<system_time> operator()(const interval_timing& rule) const {
    return next_on_grid(rule.start, rule.interval, after);
  }

  std::optional<system_time> operator()(const dated_timing& rule) const {
    // Without an offset the last hours of the year 9999 can lie in the next year of UTC.
    return rule.at > after && rule.at < due_end ? std::optional{rule.at} : std::nullopt;
  }
};

} // namespace

bool needs_zone(const timing_rule& rule) noexcept {
  const auto* date = std::get_if<date_time>(&rule);
  return std::holds_alternative<cron_expression>(rule) || (date && !date->offset);
}

timing make_timing(timing_rule rule, zone_ptr zone, system_time start) {
  assert(zone);
  if (auto* expression = std::get_if<cron_expression>(&rule))
    return cron_timing{std::move(*expression), std::move(zone)};
  if (const auto* interval = std::get_if<milliseconds>(&rule))
    return interval_timing{start, *interval};
  return dated_timing{instant_of(std::get<date_time>(rule), *zone)};
}

std::optional<system_time> next_on_grid(system_time start, milliseconds interval,
                                        system_time after) {
  assert(interval.count() > 0);
  if (after >= due_end || start >= due_end)
    return std::nullopt;
  // Whole intervals that have passed at `after`, none before the start.
  const auto over = after > start ? (after - start) / interval : 0;
  const auto next = start + (over + 1) * interval;
  return next < due_end ? std::optional{next} : std::nullopt;
}

std::optional<system_time> next_due(const timing& when, system_time after) {
  return std::visit(next_finder{after}, when);
}

std::vector<system_time> due_between(const timing& when, system_time after, system_time until,
                                     std::size_t limit) {
  std::vector<system_time> times;
  while (times.size() < limit) {
    const auto next = next_due(when, times.empty() ? after : times.back());
    if (!next || *next > until)
      break;
    times.push_back(*next);
  }
  return times;
}

std::uint64_t count_due(const timing& when, system_time after, system_time until,
                        std::uint64_t limit) {
  if (const auto* grid = std::get_if<interval_timing>(&when)) {
    const auto first = next_due(when, after);
    const auto last = std::min(until, due_end - milliseconds{1});
    if (!first || *first > last)
      return 0;
    return std::min(limit, static_cast<std::uint64_t>((last - *first) / grid->interval) + 1);
  }
  std::uint64_t count = 0;
  for (auto next = next_due(when, after); next && *next <= until && count < limit;
       next = next_due(when, *next))
    ++count;
  return count;
}

} // namespace callboard::core
