#pragma once

#include <callboard/time.hpp>

#include "core/timer_heap.hpp"

#include <cstddef>
#include <functional>
#include <optional>

namespace callboard::agents {

/// What a loop's thread does at a set time.
struct loop_timer : core::timer_node {
  std::function<void()> run;
};

/// The timers of a loop. Used by its thread.
using loop_timers = core::timer_heap<loop_timer>;

/// Runs timers that are due, the earliest first, `max` at most: whoever has more goes on after a look at
/// what else happened. A timer may destroy itself and others.
inline void run_due(loop_timers& timers, steady_time now, std::size_t max) {
  for (std::size_t n = 0; n < max; ++n) {
    const auto* due = timers.pop_due(now);
    if (!due)
      return;
    // The function may destroy the timer that holds it.
    const auto run = due->run;
    run();
  }
}

/// When the next timer is due; none: never.
inline std::optional<steady_time> next_due(const loop_timers& timers) {
  if (timers.is_empty())
    return std::nullopt;
  return timers.next_due();
}

} // namespace callboard::agents
