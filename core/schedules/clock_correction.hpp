#pragma once

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/time.hpp>

#include "core/schedules/schedule_rules.hpp"

namespace callboard::core {

// What a store kept can lie further ahead than it may: the clock was wrong when it was written, or an
// older server had no bound. What is overdue stays so.

/// A live job and what of its times was computed again.
struct corrected_job {
  /// A newer version if anything was.
  job_ptr record;
  bool is_deadline_new = false;
  bool is_retry_new = false;

  bool is_changed() const noexcept {
    return is_deadline_new || is_retry_new;
  }
};

/// Computes those times of a live job again that lie further ahead than its own spans can give from now:
/// the deadline, and with it the time from which it counts, and the wait for a retry. The time of a job
/// that is still scheduled is its caller's own, and stays; a run has no deadline but its attempts'.
/// @param rules the agent's.
corrected_job correct_times(job_ptr record, const agent_retry& rules, system_time now);

/// A scheduled job and whether its next time was computed again.
struct corrected_schedule {
  live_schedule job;
  bool is_next_new = false;
};

/// Computes the next time again if it lies further ahead than the schedule can give from now. An interval
/// whose grid begins in the future, that of a paused job too, begins now. Runs are not made up for times
/// that lie ahead.
corrected_schedule correct_times(live_schedule job, system_time now);

/// From when on a finished message is kept for its retention: its end or, later, its deadline, but no
/// further ahead than its time limit.
system_time retention_start(const job& finished, system_time now);

} // namespace callboard::core
