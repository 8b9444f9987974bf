// How scheduled jobs take up again: after a start, and when the clock was set.

#include <utility>

#include "core/schedule_check.hpp"
#include "core/schedule_draft.hpp"

namespace callboard::core {

namespace {

/// Clocks are set back by an hour or two when people think that daylight saving time has ended. What was
/// run is not run again then; beyond that the clock was wrong before.
constexpr std::chrono::hours rerun_after{3};

} // namespace

result<live_schedule> restore_schedule(scheduled_job_ptr record, system_time now) {
  auto when = timing_of(*record->definition, record->grid_start);
  if (!when)
    return tl::unexpected(std::move(when.error()));
  live_schedule kept{std::move(record), std::make_shared<const schedule>(*std::move(when))};
  const auto due = kept.record->next_run_at;
  if (!due || *due > now)
    return kept;
  schedule_draft next{kept};
  miss(next, *kept.when, *due, now);
  next.set_next(next_due(*kept.when, now), now);
  return std::move(next).done();
}

live_schedule on_clock_set_back(const live_schedule& job, std::chrono::milliseconds by,
                                system_time now) {
  const auto& record = *job.record;
  const auto* grid = std::get_if<interval_schedule>(job.when.get());
  if (!record.next_run_at || (!grid && by < rerun_after))
    return job;
  schedule_draft next{job};
  if (grid && grid->start > now) {
    // Its grid begins in a future that was a mistake.
    next->grid_start = now;
    next
      = schedule_draft{{std::make_shared<const scheduled_job>(*next),
                        std::make_shared<const schedule>(interval_schedule{now, grid->interval})}};
    grid = nullptr;
  }
  auto moved = std::move(next).done();
  schedule_draft made{moved};
  made.set_next(next_due(*moved.when, now), now);
  return std::move(made).done();
}

} // namespace callboard::core
