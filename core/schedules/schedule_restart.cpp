// How scheduled jobs take up again: after a start, and when the clock was set.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/schedules/schedule_check.hpp"
#include "core/schedules/schedule_draft.hpp"

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// Clocks are set back by an hour or two when people think that daylight saving time has ended. What was
/// run is not run again then; beyond that the clock was wrong before.
constexpr std::chrono::hours rerun_after{3};

/// From when on no time of an active job has been looked at.
system_time unseen_since(const scheduled_job& job) {
  if (job.next_run_at)
    return *job.next_run_at;
  // An engine that could not read its zone has stored it without its next time.
  return std::max(job.updated_at, job.last_run_at.value_or(job.updated_at)) + 1ms;
}

/// Goes on with times from `since` on: those up to `now` were missed.
void go_on_from(const schedule_draft& next, const timing& when, system_time since,
                system_time now) {
  if (const auto first = next_due(when, since - 1ms); first && *first <= now)
    miss(next, when, *first, now);
  next.set_next(next_due(when, now), now);
}

std::vector<std::string> causes_of(const live_schedule& job, bool has_agent) {
  std::vector<std::string> causes;
  const auto& what = *job.record->definition;
  if (job.record->status == schedule_status::completed)
    return causes;
  if (!job.when)
    causes.push_back(what.interval || parse_timing(what.schedule)
                       ? "timezone " + what.timezone + " is not available"
                       : "schedule cannot be read");
  if (!has_agent)
    causes.push_back("agent " + what.agent_id.to_string() + " is not configured");
  return causes;
}

} // namespace

live_schedule restore_schedule(scheduled_job_ptr record, system_time now,
                               const zone_source& zones) {
  auto parsed = parse_stored(*record->definition, zones);
  auto when = parsed ? timing_of(*std::move(parsed), record->grid_start) : nullptr;
  // (One whose schedule cannot be read is blocked, too: it must neither fire nor be lost.)
  live_schedule kept{std::move(record), std::move(when)};
  if (kept.record->status != schedule_status::active)
    return kept;
  const auto since = unseen_since(*kept.record);
  if (kept.when && kept.record->next_run_at && since > now)
    return kept;
  schedule_draft next{kept};
  if (kept.when)
    go_on_from(next, *kept.when, since, now);
  else
    next.block(since, now);
  return std::move(next).done();
}

scheduled_job_ptr as_stored(const scheduled_job_ptr& record) {
  if (!record || !record->blocked_since)
    return record;
  auto made = std::make_shared<scheduled_job>(*record);
  made->next_run_at = made->blocked_since;
  return made;
}

std::optional<live_schedule> unblock(const live_schedule& job, system_time now,
                                     const zone_source& zones) {
  auto parsed = parse_stored(*job.record->definition, zones);
  const auto when = parsed ? timing_of(*std::move(parsed), job.record->grid_start) : nullptr;
  if (!when)
    return std::nullopt;
  schedule_draft next{{job.record, when}};
  if (job.record->blocked_since)
    go_on_from(next, *when, *job.record->blocked_since, now);
  return std::move(next).done();
}

live_schedule with_causes(live_schedule job, bool has_agent) {
  auto causes = causes_of(job, has_agent);
  if (causes == job.record->blocked_by)
    return job;
  auto next = std::make_shared<scheduled_job>(*job.record);
  next->blocked_by = std::move(causes);
  return {std::move(next), std::move(job.when)};
}

live_schedule on_clock_set_back(const live_schedule& job, std::chrono::milliseconds by,
                                system_time now) {
  const auto& record = *job.record;
  const auto* grid = std::get_if<interval_timing>(job.when.get());
  if (!record.next_run_at || (!grid && by < rerun_after))
    return job;
  schedule_draft next{job};
  if (grid && grid->start > now) {
    // Its grid begins in a future that was a mistake.
    next->grid_start = now;
    next = schedule_draft{{std::make_shared<const scheduled_job>(*next),
                           std::make_shared<const timing>(interval_timing{now, grid->interval})}};
    grid = nullptr;
  }
  auto moved = std::move(next).done();
  schedule_draft made{moved};
  made.set_next(next_due(*moved.when, now), now);
  return std::move(made).done();
}

} // namespace callboard::core
