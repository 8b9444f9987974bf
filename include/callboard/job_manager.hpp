#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/schedule.hpp>
#include <callboard/service.hpp>

namespace callboard {

/// What a callback is told of the run that it is called for. Valid during the call.
struct callback_run {
  /// The attempt: its number, its deadline, and in `task.job` the run with the payload.
  const agent_task& task;
  /// True once the run was canceled, its time is over or the engine ends: return soon, nobody waits for
  /// what you still do. May be called from any thread.
  const std::function<bool()>& stop_requested;
};

/// What a job does in place of asking an agent: any callable that takes nothing or a `callback_run`,
/// and returns nothing, a text (the run's result), or a `result` of one of them. A failed `result` and an
/// exception fail the attempt. It may block, and it is called from several threads if runs overlap.
class job_callback {
public:
  /// None.
  job_callback() = default;

  /// Wraps a callable.
  template <class Function>
  requires(
    !std::same_as<
      std::remove_cvref_t<Function>,
      job_callback> && (std::invocable<Function&> || std::invocable<Function&, const callback_run&>))
    job_callback(Function call) // NOLINT: converts, so that a lambda can stand where one is wanted
    : call_([call = std::move(call)](const callback_run& run) mutable -> result<std::string> {
        if constexpr (std::invocable<Function&, const callback_run&>)
          return outcome_of([&]() -> decltype(auto) { return call(run); });
        else
          return outcome_of(call);
      }) {
    // nop
  }

  /// Calls it. It may throw.
  /// @pre there is one.
  result<std::string> operator()(const callback_run& run) const {
    return call_(run);
  }

  /// Whether it is set.
  explicit operator bool() const noexcept {
    return static_cast<bool>(call_);
  }

private:
  template <class Call>
  static result<std::string> outcome_of(Call&& call) {
    using returned = std::invoke_result_t<Call>;
    if constexpr (std::is_void_v<returned>) {
      std::forward<Call>(call)();
      return std::string{};
    } else if constexpr (std::same_as<std::remove_cvref_t<returned>, result<void>>) {
      result<void> done = std::forward<Call>(call)();
      if (!done)
        return tl::unexpected(std::move(done.error()));
      return std::string{};
    } else {
      return std::forward<Call>(call)();
    }
  }

  std::function<result<std::string>(const callback_run&)> call_;
};

/// What `job_manager::create_job` creates. The members have the meaning and limits of those of
/// `schedule_definition`.
struct job_request {
  /// Required, unique in the organisation.
  std::string name = {};
  std::optional<std::string> description = {};
  /// Who runs it; or `callback`.
  std::optional<uuid> agent_id = {};
  /// When: a cron expression or a date-time; or `interval`.
  std::string schedule = {};
  /// From start to start; or `schedule`.
  std::optional<std::chrono::milliseconds> interval = {};
  /// Called instead of an agent.
  job_callback callback = {};
  /// Sent with every run, an object.
  json_text payload = json_text::from_valid("{}");
  /// The prompt for the agent; empty: the payload.
  std::string content = {};
  std::string timezone = "UTC";
  bool is_enabled = true;
  /// When a failed attempt is retried; none: `engine_options::run_retry` applies.
  std::optional<retry_policy> retry = {};
  /// Time limit of one attempt.
  std::chrono::milliseconds time_limit{300'000};
  overlap_policy overlap = overlap_policy::skip;
  missed_policy missed = missed_policy::skip;
};

/// Settings of a `job_manager`.
struct job_manager_options {
  /// Whose jobs it creates and sees.
  std::string organisation = "default";
  /// Callbacks at once, ≥ 1; further ones wait. The threads start with the first job that has a
  /// callback.
  std::size_t threads = 4;
};

/// Scheduled jobs from C++: like `/api/jobs`, and with callbacks instead of agents.
///
/// A job with a callback is listed like any other, over HTTP too, and marked
/// (`schedule_definition::runner` is set, `agent_id` is nil; in JSON `agentId` is null and `callback`
/// true). It does not outlive its engine: the next engine on the same store deletes the job and its runs.
/// Its callback is only called while the manager exists: the
/// destructor asks running callbacks to stop and waits for them; later runs fail.
///
/// All members block until the engine has answered. They may be called from any thread that may block,
/// including job callbacks, but not from engine threads (the callbacks of `service`, agents).
/// Errors of all: those of the same member of `schedule_service`, and `internal` when the engine has
/// stopped by a fault.
class job_manager {
public:
  /// @param jobs must outlive the calls of members; the destructor does not need it.
  explicit job_manager(service& jobs, job_manager_options options = {});
  job_manager(const job_manager&) = delete;
  job_manager& operator=(const job_manager&) = delete;
  /// Asks running callbacks to stop and waits for them; none is called afterwards. Not from a callback.
  ~job_manager();

  /// Creates a job and returns it, with its id. Errors also: `invalid_argument` unless there is exactly
  /// one of an agent and a callback.
  result<scheduled_job_ptr> create_job(job_request wanted);

  /// The organisation's jobs, by name. `query.organisation` is set here.
  result<std::vector<scheduled_job_ptr>> list(schedule_query query = {});

  /// The current state of a job.
  result<scheduled_job_ptr> get(const uuid& id);

  /// Changes a job's definition. `edit` is called on an engine thread.
  result<scheduled_job_ptr> update(const uuid& id, schedule_edit edit);

  /// Replaces a job's callback or agent by another callback. Live runs continue.
  result<scheduled_job_ptr> set_callback(const uuid& id, job_callback callback);

  /// Pauses or resumes.
  result<scheduled_job_ptr> set_enabled(const uuid& id, bool is_enabled);

  /// Deletes a job and cancels its runs. A running callback is asked to stop, without waiting for it.
  result<scheduled_job_ptr> remove(const uuid& id);

  /// Starts a run now and returns it. Its end: `service::wait`.
  result<job_ptr> run_now(const uuid& id);

  /// A job's runs, newest first.
  result<std::vector<job_ptr>> runs(const uuid& id, run_query query = {});

private:
  class callback_threads;
  class callback_runner;

  static result<agent_answer> call_back(const agent_task& task,
                                        const std::function<bool()>& stop_requested);
  schedule_ref ref_to(const uuid& id) const;
  std::shared_ptr<agent> runner_of(job_callback callback);

  service* jobs_;
  job_manager_options options_;
  /// The threads of the callbacks; there are none before the first callback.
  std::shared_ptr<callback_threads> threads_;
  std::once_flag has_threads_;
};

} // namespace callboard
