#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/callback.hpp>
#include <callboard/error.hpp>
#include <callboard/job.hpp>
#include <callboard/schedule_service.hpp>
#include <callboard/session_service.hpp>
#include <callboard/store.hpp>

namespace callboard {

/// Identifies a job, and what the caller may see.
struct job_ref {
  uuid id = {};
  /// The job must be of this kind, else it is `not_found`; none: any kind.
  std::optional<job_kind> kind = {};
  /// The job must be this organisation's, else `forbidden`; empty: any.
  std::string organisation = {};
};

/// Something that blocks scheduled jobs.
struct schedule_block {
  /// As in `scheduled_job::blocked_by`.
  std::string cause = {};
  /// Number of blocked jobs; ≥ 1.
  std::size_t jobs = 0;
  /// The names of some of them, at most 5.
  std::vector<std::string> names = {};
};

/// Health and counters of the engine.
struct engine_health {
  /// Accepts and runs jobs: not stopping, the store works, not full of live jobs.
  bool is_healthy = false;
  /// Stopping: no new jobs are accepted.
  bool is_draining = false;
  /// Why the store fails; empty while it works.
  std::string store_fault = {};
  /// Messaging jobs held, by state, including finished ones.
  state_counts messages = {};
  /// `engine_options::jobs_max`.
  std::size_t jobs_max = 0;
  /// Bytes of their text.
  std::size_t held_text_bytes = 0;
  /// `engine_options::held_text_bytes_max`.
  std::size_t held_text_bytes_max = 0;
  /// Live jobs of all kinds.
  std::size_t live = 0;
  /// `engine_options::live_jobs_max`.
  std::size_t live_jobs_max = 0;
  /// Requests that wait for a job to end.
  std::size_t waiters = 0;
  /// Messaging jobs that have ended since the engine started, by terminal state.
  state_counts finished_messages = {};
  /// Mean time from creation to completion of the completed ones among them; 0 without any.
  std::chrono::duration<double, std::milli> mean_completion{0};
  /// What blocks scheduled jobs, over all organisations.
  std::vector<schedule_block> schedule_blocks = {};
};

/// Operations on jobs: the port that the HTTP server and embedding programs use.
/// Every member may be called from any thread and returns at once.
class service {
public:
  virtual ~service() = default;

  /// Creates a job. Returns its snapshot once it is stored or, with `wait` > 0, once it is
  /// terminal or `wait` has passed. (Beyond the limit on waiting calls it returns once the job is stored,
  /// possibly before `wait` has passed.) Errors: `invalid_argument`, `no_agents`,
  /// `agent_not_found`, `capacity`, `agent_busy`, `unavailable`.
  virtual void submit(new_job job, std::chrono::milliseconds wait, callback<job_ptr> done) = 0;

  /// The current state of a job. Errors: `not_found`, `forbidden`, `unavailable` (store).
  virtual void get(job_ref ref, callback<job_ptr> done) = 0;

  /// The job once it is terminal, or its current state when `timeout` has passed (or the engine stops).
  /// Errors: as `get`, and immediately `capacity` if `engine_options::waiters_max` calls are already
  /// waiting: use `get`, or retry later.
  virtual void wait(job_ref ref, std::chrono::milliseconds timeout, callback<job_ptr> done) = 0;

  /// Ends a live job as `canceled` and aborts its task. Errors: as `get`, and `conflict` ("job is
  /// already completed") if it is terminal.
  virtual void cancel(job_ref ref, std::string reason, callback<job_ptr> done) = 0;

  /// A page of jobs. Errors: `invalid_argument`, `capacity` (see `job_query::text_bytes_max`),
  /// `unavailable` (store).
  virtual void list(job_query query, callback<job_page> done) = 0;

  /// Health of the engine.
  virtual void health(std::function<void(engine_health)> done) = 0;

  /// The configured agents, in the order of configuration; never changes.
  virtual const std::vector<agent_info>& agents() const noexcept = 0;

  /// The service for scheduled jobs; lives as long as this.
  virtual schedule_service& schedules() noexcept = 0;

  /// What one can do with sessions; lives as long as this.
  virtual session_service& sessions() noexcept = 0;

  /// The same calls for threads that may block: the future becomes ready with the callback's argument.
  std::future<result<job_ptr>> submit(new_job job);
  std::future<result<job_ptr>> get(job_ref ref);
  std::future<result<job_ptr>> wait(job_ref ref, std::chrono::milliseconds timeout);
  std::future<result<job_ptr>> cancel(job_ref ref, std::string reason = {});
  std::future<result<job_page>> list(job_query query);
  std::future<engine_health> health();
};

} // namespace callboard
