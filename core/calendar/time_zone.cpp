#include "core/calendar/time_zone.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace callboard::core {

using namespace std::chrono;

namespace {

/// RFC 8536, 3.2: no clock is further from UTC than this.
constexpr hours offset_max{26};

/// The changes of a yearly rule around a year: of the year before, the year and the year after, since
/// a change can lie up to a week beside its year.
std::array<time_zone::transition, 6> changes_around(const yearly_rule& rule, year middle) {
  std::array<time_zone::transition, 6> made;
  std::size_t count = 0;
  for (const auto y : {middle - years{1}, middle, middle + years{1}}) {
    const auto to_saving = rule.daylight->begin.in(y)-rule.offset;
    const auto to_standard = rule.daylight->end.in(y)-rule.daylight->offset;
    made[count++] = {sys_seconds{to_standard.time_since_epoch()}, rule.offset};
    made[count++] = {sys_seconds{to_saving.time_since_epoch()}, rule.daylight->offset};
  }
  // Stable: where daylight saving ends as it begins, as in a rule for all of the year, it goes on.
  std::stable_sort(made.begin(), made.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
  return made;
}

} // namespace

time_zone::time_zone(std::string name, seconds first_offset, std::vector<transition> transitions,
                     std::optional<yearly_rule> later)
  : name_(std::move(name)),
    first_offset_(first_offset),
    transitions_(std::move(transitions)),
    later_(std::move(later)) {
  assert(std::is_sorted(transitions_.begin(), transitions_.end(),
                        [](const auto& a, const auto& b) { return a.at < b.at; }));
}

offset_period time_zone::period_at(sys_seconds time) const {
  const auto next = std::upper_bound(transitions_.begin(), transitions_.end(), time,
                                     [](sys_seconds t, const transition& x) { return t < x.at; });
  if (next == transitions_.end() && later_)
    return period_after_table(time);
  offset_period made{beginning, end, first_offset_};
  if (next != transitions_.begin()) {
    made.begin = std::prev(next)->at;
    made.offset = std::prev(next)->offset;
  }
  if (next != transitions_.end())
    made.end = next->at;
  return made;
}

offset_period time_zone::period_after_table(sys_seconds time) const {
  const auto table_end = transitions_.empty() ? beginning : transitions_.back().at;
  if (!later_->daylight)
    return {table_end, end, later_->offset};
  const year_month_day date{floor<days>(time)};
  const auto changes = changes_around(*later_, date.year());
  const auto next = std::upper_bound(changes.begin(), changes.end(), time,
                                     [](sys_seconds t, const transition& x) { return t < x.at; });
  // The year before and the year after have changes on both sides of any time in a year.
  assert(next != changes.begin() && next != changes.end());
  const auto current = std::prev(next);
  return {std::max(current->at, table_end), next->at, current->offset};
}

system_time time_zone::instant_of(local_time<milliseconds> shown) const {
  const sys_time<milliseconds> unshifted{shown.time_since_epoch()};
  auto period = period_at(floor<seconds>(unshifted - offset_max));
  for (;;) {
    const auto instant = unshifted - period.offset;
    // Not before the period: clocks have never shown the time so far, they have skipped it.
    if (instant < period.begin)
      return period.begin;
    if (instant < period.end)
      return instant;
    period = period_at(period.end);
  }
}

result<zone_ptr> zone_memory::find(std::string_view name) const {
  auto known = known_.find(name);
  if (known == known_.end())
    known = known_.emplace(std::string{name}, from_.find(name)).first;
  return known->second;
}

result<zone_ptr> given_zone::find(std::string_view name) const {
  return zone_ && zone_->name() == name ? zone_ : others_.find(name);
}

const zone_ptr& utc_zone() {
  static const zone_ptr utc = std::make_shared<const time_zone>(
    "UTC", seconds{0}, std::vector<time_zone::transition>{}, std::nullopt);
  return utc;
}

} // namespace callboard::core
