#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/jobs/job_machine.hpp"

namespace callboard::core {

/// One step of a job: a private copy of its snapshot that becomes the next version. What the rules
/// in `job_machine.cpp` are written with.
class job_step {
public:
  /// Begins a step. A job's timestamps never run back, even when the wall clock is set back.
  /// @param random must outlive the step.
  job_step(const live_job& before, const clock_reading& now, const random_source& random);

  /// The snapshot in the making.
  const job& record() const noexcept;

  /// Makes a new task and has it handed to the agent.
  void start_task(task_kind kind);
  /// Has the running task handed to the agent again.
  void restart_task();
  /// The agent works on the open task from now on.
  void begin_work();
  /// Ends the open task.
  void close_task(task_state state, shared_text result, shared_text error);
  /// Ends the open task, if there is one, and has the agent give it up.
  void abort_task(task_state state, const std::string& why);

  /// Leaves `scheduled`, or the wait for a retry, and starts a task.
  void become_pending(task_kind kind);
  /// Waits for the next attempt, but not beyond the deadline.
  void wait_for_retry(std::chrono::milliseconds wait);
  /// Starts one more task because the agent wants it.
  void follow_up();

  /// Ends the job with what its agent said.
  void complete(const agent_answer& answer);
  /// Ends the job without a result.
  void give_up(job_state state, std::string code, std::string text);

  /// The whole transition; ends the step.
  transition done();

private:
  task_record* open_task() noexcept;
  void finish(job_state state, job_outcome outcome);

  std::shared_ptr<job> next_;
  /// The wall time in it is what timestamps show.
  clock_reading now_;
  /// What the wall clock shows.
  system_time wall_;
  const random_source& random_;
  transition made_;
};

} // namespace callboard::core
