#include "actors/registry/registry.hpp"

#include "core/time_after.hpp"

// A job is due at a wall time, but timers are set by steady time: they know nothing of a clock that is
// set.

namespace callboard::actors {

namespace {

/// How often to look at the wall clock while jobs wait for it: one that is set is noticed so soon.
/// Costs a message.
constexpr std::chrono::milliseconds look_interval{1000};

/// A clock that moves by less against steady time is being adjusted, or read late.
constexpr std::chrono::milliseconds set_min{500};

} // namespace

bool registry_state::waits_for_wall_clock() const {
  const auto& held = counters_.of(job_kind::agent);
  return parked_.total() > 0 || held[static_cast<std::size_t>(job_state::scheduled)] > 0;
}

void registry_state::watch_wall_clock() {
  if (clock_look_ || !waits_for_wall_clock())
    return;
  clock_seen_ = now_of(self_, *context_);
  clock_look_ = core::time_after(clock_seen_.steady, look_interval);
}

void registry_state::look_at_wall_clock() {
  clock_look_.reset();
  const auto last = clock_seen_;
  watch_wall_clock();
  const auto now = now_of(self_, *context_);
  const auto moved = (now.wall - last.wall) - (now.steady - last.steady);
  // Set back: timers that come too early are set anew when they come.
  if (moved < set_min || is_ending_)
    return;
  jobs_->for_each([&](job_entry& entry) {
    const auto& record = entry.visible;
    if (!entry.is_over && !entry.handle && record->state == job_state::scheduled)
      timers_.arm(entry, core::next_wake(core::revived(record, now)));
  });
  if (next_load_)
    next_load_ = now.steady;
}

} // namespace callboard::actors
