#include "core/schedules/schedule_draft.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include "core/schedules/catch_up.hpp"

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// How many times lie in [first, until].
/// @param first one of them.
std::uint64_t count_times(const timing& when, system_time first, system_time until) {
  const auto limit = std::holds_alternative<interval_timing>(when)
                       ? std::numeric_limits<std::uint64_t>::max()
                       : missed_times_counted_max;
  return count_due(when, first - 1ms, until, limit);
}

/// The times after `after` and up to `until`, the last `limit` of them at the least, and not all of them
/// if there are very many.
/// @pre there is one.
std::vector<system_time> last_times(const timing& when, system_time after, system_time until,
                                    std::size_t limit) {
  for (std::chrono::milliseconds back = 1s;; back *= 2) {
    const auto from = std::max(after, until - back);
    auto times = due_between(when, from, until, missed_times_counted_max);
    if (times.size() >= limit || from == after)
      return times;
  }
}

} // namespace

void miss(const schedule_draft& next, const timing& when, system_time first, system_time now) {
  next->missed_count += count_times(when, first, now);
  const auto policy = next->definition->missed;
  if (policy == missed_policy::skip)
    return;
  const auto limit = policy == missed_policy::once ? 1 : catch_up_runs_max;
  const auto times = last_times(when, first - 1ms, now, limit);
  const auto from
    = times.size() > limit ? times.end() - static_cast<std::ptrdiff_t>(limit) : times.begin();
  if (policy == missed_policy::once)
    next->catch_up.clear();
  add_catch_up(next->catch_up, when, {*from - 1ms, times.back()});
}

} // namespace callboard::core
