#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>
#include <callboard/time.hpp>

#include "core/calendar/timing.hpp"
#include "core/schedules/schedule_check.hpp"

namespace callboard::core {

/// A scheduled job and what its definition says of when it is due.
struct live_schedule {
  /// Never null.
  scheduled_job_ptr record;
  /// Parsed once, for all snapshots with the same timing. Null while it cannot be told when the job is due,
  /// because its time zone cannot be read: the job is blocked.
  std::shared_ptr<const timing> when;
};

/// A run that is to be started.
struct run_order {
  system_time scheduled_at;
  run_trigger trigger = run_trigger::schedule;
};

/// What an event does to a scheduled job.
struct schedule_step {
  live_schedule next;
  /// Start this run; it is counted in `next`.
  std::optional<run_order> start;
  /// Cancel the live runs, except manual ones.
  bool cancels_runs = false;
};

/// A time that comes to be handled later than this counts as missed: the machine slept, or its clock was
/// set. Load alone does not make an engine so late.
inline constexpr std::chrono::seconds lateness_max{10};

/// Most missed times of a cron expression that are counted one by one for one time of being down or
/// paused: a fraction of a second. (Those of an interval are counted however many they are.)
inline constexpr std::uint64_t missed_times_counted_max = 10'000;

/// Makes a scheduled job of what `validate` has parsed; its zone is there. Errors: `invalid_argument`
/// for a date that has passed.
result<live_schedule> make_schedule(schedule_definition wanted, parsed_timing parsed,
                                    std::string organisation, const uuid& id, system_time now);

/// The same with `validate`. Errors: also those of `validate`.
result<live_schedule> make_schedule(schedule_definition wanted, std::string organisation,
                                    const uuid& id, system_time now,
                                    const zone_source& zones = system_zones());

/// Takes up a scheduled job that a store kept while the engine was down: what came due meanwhile was
/// missed. It is blocked if its time zone, or its schedule, cannot be read.
live_schedule restore_schedule(scheduled_job_ptr record, system_time now,
                               const zone_source& zones = system_zones());

/// What a store is to keep of a job.
scheduled_job_ptr as_stored(const scheduled_job_ptr& record);

/// Tries a blocked job again: if its time zone can be read it goes on, and what came due meanwhile was
/// missed. No value if it stays blocked.
std::optional<live_schedule> unblock(const live_schedule& job, system_time now,
                                     const zone_source& zones);

/// Notes in the record all that stands in the job's way.
live_schedule with_causes(live_schedule job, bool has_agent);

/// The job is due (`next_run_at`), or something else may be: see `start_waiting`.
/// @param runs how many of its runs are going, manual ones left out.
schedule_step on_due(const live_schedule& job, std::size_t runs, system_time now);

/// Starts what waits for earlier runs to end: runs that make up for missed times, then the one that was
/// queued. Starts nothing while a run is going.
schedule_step start_waiting(const live_schedule& job, std::size_t runs, system_time now);

/// Somebody wants a run now.
schedule_step start_manual(const live_schedule& job, system_time now);

/// A run has ended. (What waited for it, `start_waiting` starts.)
live_schedule on_run_ended(const live_schedule& job, const job_ptr& run);

/// There is no room for a run that a step wants to start: it waits; a second one is skipped.
live_schedule postpone(const live_schedule& before, schedule_step refused);

/// Changes the definition. A time zone that the job has already need not be there. Errors:
/// `invalid_argument`.
result<live_schedule> edit(const live_schedule& job, schedule_definition wanted, system_time now,
                           const zone_source& zones = system_zones());

/// The wall clock was set back to `now`: intervals go on, and so does all else if that was by hours.
live_schedule on_clock_set_back(const live_schedule& job, std::chrono::milliseconds by,
                                system_time now);

} // namespace callboard::core
