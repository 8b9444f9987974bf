#pragma once

#include <optional>
#include <string>
#include <variant>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/time.hpp>

#include "core/random.hpp"

namespace callboard::core {

/// A job, and what only its living actor needs: its times on the monotonic clock.
struct live_job {
  /// The newest snapshot; never null.
  job_ptr record;
  /// When the job must be over.
  steady_time deadline;
  /// When the next step is due by itself: the start of a scheduled job, or the next retry.
  std::optional<steady_time> next_step;
  /// When the running task must be over.
  std::optional<steady_time> attempt_deadline;
};

/// What can happen to a job.
namespace event {

/// Time went by; something may be due.
struct time_passed {};
/// The agent has a free slot for the task and begins.
struct taken {
  uuid task_id;
};
/// The agent answered the task.
struct answered {
  uuid task_id;
  /// Must outlive the call of `apply`.
  const agent_answer& answer;
  /// The agent's.
  agent_retry rules = {};
};
/// Somebody wants the job canceled.
struct cancel_asked {
  std::string reason;
};
/// The engine ends and nothing will bring the job back.
struct stopped {};
/// A fault of ours makes it impossible to go on.
struct broken {};
/// The job's agent is not configured (any more).
struct agent_gone {};

} // namespace event

using job_event
  = std::variant<event::time_passed, event::taken, event::answered, event::cancel_asked,
                 event::stopped, event::broken, event::agent_gone>;

/// What the actor has to do after a transition, besides telling about the new snapshot.
struct job_effects {
  /// Hand the newest task to the agent.
  bool start_task = false;
  /// Have the agent give this task up, whether it waits or runs.
  std::optional<uuid> abort_task;
};

/// What an event does to a job.
struct transition {
  live_job next;
  job_effects effects;
  /// Whether there is a new snapshot: its version is one higher.
  bool is_changed = false;
};

/// Applies an event at an instant: total over state × event (docs/job-states.md has the table).
/// Events for an ended job, or for another task, change nothing. An event at or after the
/// deadline finds the job timed out, an answer at or after the end of its attempt the attempt.
/// Error: `conflict` for canceling an ended job.
result<transition> apply(const live_job& job, const job_event& what, const clock_reading& now,
                         const random_source& random);

/// When the job next needs `event::time_passed`: the earliest of its steady times.
steady_time next_wake(const live_job& job) noexcept;

/// Makes the first snapshot (version 1): `scheduled` when the job is due later, else `pending` with
/// its first task.
transition begin(std::shared_ptr<const job_spec> spec, const clock_reading& now,
                 const random_source& random);

/// A job as its snapshot left it, with its times on the monotonic clock. A task that runs has no limit
/// of its own yet.
live_job revived(job_ptr record, const clock_reading& now);

/// Takes up a job that a store kept while the engine was down. A task that waited or ran is handed to
/// the agent again under its id; one that ran waits until it is taken; its time limit then starts again.
/// What is overdue happens now.
/// @pre the snapshot is not terminal.
transition resume(job_ptr record, const clock_reading& now, const random_source& random);

} // namespace callboard::core
