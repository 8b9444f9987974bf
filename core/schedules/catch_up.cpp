#include "core/schedules/catch_up.hpp"

#include <algorithm>
#include <chrono>

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// There is one for each time that the engine was down before what it had missed earlier was made up.
/// More than that is a machine in trouble, and the oldest go.
constexpr std::size_t ranges_max = 100;

} // namespace

void add_catch_up(std::vector<time_range>& catch_up, const timing& when, time_range missed) {
  // Times can be missed twice if the clock is set back between.
  if (!catch_up.empty())
    missed.after = std::max(missed.after, catch_up.back().until);
  const auto first = next_due(when, missed.after);
  if (!first || *first > missed.until)
    return;
  if (!catch_up.empty() && next_due(when, catch_up.back().until) == first) {
    catch_up.back().until = missed.until;
    return;
  }
  catch_up.push_back(missed);
  // One that was put back may be one too many.
  while (catch_up.size() > ranges_max)
    catch_up.erase(catch_up.begin());
}

std::optional<system_time> take_catch_up(std::vector<time_range>& catch_up, const timing& when) {
  while (!catch_up.empty()) {
    auto& first = catch_up.front();
    const auto time = next_due(when, first.after);
    const auto is_there = time && *time <= first.until;
    if (is_there && *time < first.until)
      first.after = *time;
    else
      catch_up.erase(catch_up.begin());
    if (is_there)
      return time;
  }
  return std::nullopt;
}

void put_back_catch_up(std::vector<time_range>& catch_up, system_time time) {
  if (!catch_up.empty() && catch_up.front().after == time)
    catch_up.front().after = time - 1ms;
  else
    catch_up.insert(catch_up.begin(), {time - 1ms, time});
}

} // namespace callboard::core
