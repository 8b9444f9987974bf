#pragma once

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/time.hpp>

namespace callboard::core {

// What a store kept can lie further ahead than it may: the clock was wrong when it was written, or an
// older server had no bound.

/// A live job and what of its times was computed again.
struct corrected_job {
  /// A newer version if anything was.
  job_ptr record;
  bool is_retry_new = false;

  bool is_changed() const noexcept {
    return is_retry_new;
  }
};

/// Computes those times of a live job again that lie further ahead than its own spans can give from now:
/// the wait for a retry. What is overdue stays so.
/// @param rules the agent's.
corrected_job correct_times(job_ptr record, const agent_retry& rules, system_time now);

} // namespace callboard::core
