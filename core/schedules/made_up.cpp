#include "core/schedules/made_up.hpp"

#include <algorithm>
#include <chrono>

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// There is one for each time that the engine was down before what it had missed earlier was made up.
/// More than that is a machine in trouble, and the oldest go.
constexpr std::size_t ranges_max = 100;

} // namespace

void add_made_up(std::vector<time_range>& made_up, const timing& when, time_range missed) {
  // Times can be missed twice if the clock is set back between.
  if (!made_up.empty())
    missed.after = std::max(missed.after, made_up.back().until);
  const auto first = next_due(when, missed.after);
  if (!first || *first > missed.until)
    return;
  if (!made_up.empty() && next_due(when, made_up.back().until) == first) {
    made_up.back().until = missed.until;
    return;
  }
  made_up.push_back(missed);
  // One that was put back may be one too many.
  while (made_up.size() > ranges_max)
    made_up.erase(made_up.begin());
}

std::optional<system_time> take_made_up(std::vector<time_range>& made_up, const timing& when) {
  while (!made_up.empty()) {
    auto& first = made_up.front();
    const auto time = next_due(when, first.after);
    const auto is_there = time && *time <= first.until;
    if (is_there && *time < first.until)
      first.after = *time;
    else
      made_up.erase(made_up.begin());
    if (is_there)
      return time;
  }
  return std::nullopt;
}

void put_back_made_up(std::vector<time_range>& made_up, system_time time) {
  if (!made_up.empty() && made_up.front().after == time)
    made_up.front().after = time - 1ms;
  else
    made_up.insert(made_up.begin(), {time - 1ms, time});
}

} // namespace callboard::core
