#include <algorithm>
#include <bit>

#include "core/calendar/cron.hpp"

namespace callboard::core {

using namespace std::chrono;

namespace {

/// How far ahead a match may be. Days that exist come again within 40 years (29 February on a given
/// day of the week, around a century without a leap day).
constexpr days search_span{36'525};
/// What RFC 3339 can write.
constexpr sys_seconds first_time = sys_days{year{1} / January / 1};
constexpr sys_seconds last_time = sys_days{year{10'000} / January / 1} - seconds{1};

/// The members of a set from `first` on; `first` may be 64.
constexpr bit_set from(bit_set set, unsigned first) {
  return first < 64 ? set & (~bit_set{0} << first) : 0;
}

constexpr bool contains(bit_set set, unsigned n) {
  return ((set >> n) & 1) != 0;
}

constexpr unsigned smallest(bit_set set) {
  return static_cast<unsigned>(std::countr_zero(set));
}

/// The first time of a day at which an expression matches, not before `earliest`.
std::optional<seconds> first_time_of_day(const cron_expression& expression, seconds earliest) {
  const hh_mm_ss clock{earliest};
  auto hour = static_cast<unsigned>(clock.hours().count());
  auto minute = static_cast<unsigned>(clock.minutes().count());
  const auto second_set = from(expression.seconds, static_cast<unsigned>(clock.seconds().count()));
  // A unit without a match left moves the next larger one on, and whatever a larger one is moved to
  // starts the smaller ones from their first.
  if (second_set == 0)
    ++minute;
  const auto minute_set = from(expression.minutes, minute);
  if (minute_set == 0)
    ++hour;
  const auto hour_set = from(expression.hours, hour);
  if (hour_set == 0)
    return std::nullopt;
  const auto at = [](unsigned h, bit_set minutes_left, bit_set seconds_left) -> seconds {
    return hours{h} + minutes{smallest(minutes_left)} + seconds{smallest(seconds_left)};
  };
  const auto found_hour = smallest(hour_set);
  if (minute_set == 0 || found_hour != hour)
    return at(found_hour, expression.minutes, expression.seconds);
  if (second_set == 0 || smallest(minute_set) != minute)
    return at(found_hour, minute_set, expression.seconds);
  return at(found_hour, minute_set, second_set);
}

/// The first match from `earliest` on and before `end`, by what a calendar and a clock on the wall
/// show.
std::optional<local_seconds> first_shown(const cron_expression& expression, local_seconds earliest,
                                         local_seconds end) {
  const auto today = floor<days>(earliest);
  const year_month_day date{today};
  auto month = date.year() / date.month();
  auto first_day = static_cast<unsigned>(date.day());
  for (; local_days{month / 1} < end; month += months{1}, first_day = 1) {
    if (!contains(expression.months, static_cast<unsigned>(month.month())))
      continue;
    for (auto left = from(expression.days.in(month), first_day); left != 0; left &= left - 1) {
      const local_days day{month / smallest(left)};
      const auto time = first_time_of_day(expression, day == today ? earliest - today : seconds{0});
      // Only on the first day it can be too late.
      if (!time)
        continue;
      return day + *time < end ? std::optional{day + *time} : std::nullopt;
    }
  }
  return std::nullopt;
}

local_seconds shown_at(sys_seconds time, seconds offset) {
  return local_seconds{time.time_since_epoch() + offset};
}

/// Searches the periods of a zone one after the other; there are a few a year.
class zone_search {
public:
  zone_search(const cron_expression& expression, const time_zone& zone, sys_seconds earliest,
              sys_seconds latest)
    : expression_(expression),
      zone_(zone),
      earliest_(earliest),
      latest_(latest),
      period_(zone.period_at(earliest)) {
    // nop
  }

  std::optional<sys_seconds> run() {
    auto before = period_.begin > time_zone::beginning
                    ? zone_.period_at(period_.begin - seconds{1}).offset
                    : period_.offset;
    for (;;) {
      if (const auto found = first_in_period(before); found)
        return *found <= latest_ ? found : std::nullopt;
      if (period_.end > latest_)
        return std::nullopt;
      before = period_.offset;
      period_ = zone_.period_at(period_.end);
    }
  }

private:
  /// @param before the offset until the period began.
  std::optional<sys_seconds> first_in_period(seconds before) const {
    auto begin = std::max(period_.begin, earliest_);
    if (expression_.is_fixed) {
      if (period_.begin >= earliest_ && has_skipped_match(before))
        return period_.begin;
      // What the previous period has shown already is not shown for the first time.
      begin = std::max(begin, period_.begin + (before - period_.offset));
    }
    const auto end = std::min(period_.end, latest_ + seconds{1});
    const auto shown
      = first_shown(expression_, shown_at(begin, period_.offset), shown_at(end, period_.offset));
    if (!shown)
      return std::nullopt;
    return sys_seconds{shown->time_since_epoch() - period_.offset};
  }

  /// Whether a match lies in the gap, if there is one, at which the period begins.
  bool has_skipped_match(seconds before) const {
    return before < period_.offset
           && first_shown(expression_, shown_at(period_.begin, before),
                          shown_at(period_.begin, period_.offset));
  }

  const cron_expression& expression_;
  const time_zone& zone_;
  sys_seconds earliest_;
  sys_seconds latest_;
  offset_period period_;
};

} // namespace

std::optional<system_time> next_match(const cron_expression& expression, const time_zone& zone,
                                      system_time after) {
  if (after >= last_time)
    return std::nullopt;
  const auto earliest = after < first_time ? first_time : floor<seconds>(after) + seconds{1};
  const auto latest = std::min(last_time, earliest + search_span);
  return zone_search{expression, zone, earliest, latest}.run();
}

} // namespace callboard::core
