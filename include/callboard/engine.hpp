#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/options.hpp>
#include <callboard/service.hpp>
#include <callboard/store.hpp>

namespace callboard {

/// Called for each failed attempt of a scheduled job's run; the run's last task has the error.
using failed_attempt_sink = std::function<void(const scheduled_job& of, const job& run)>;

/// Counts of times that were too far ahead when the engine started, because the clock had been wrong
/// (or an older server had no bound), and were computed again.
struct corrected_times {
  /// Next times of scheduled jobs.
  std::size_t next_runs = 0;
  /// Deadlines of live jobs.
  std::size_t deadlines = 0;
  /// Waits of live jobs for a retry.
  std::size_t retries = 0;

  friend bool operator==(const corrected_times&, const corrected_times&) = default;
};

/// Observers of an engine. They are called on an engine thread and must not block for long or throw. Empty
/// ones are not called.
struct engine_observers {
  /// A job has ended, and is shown as ended from now on; also jobs that end at startup.
  std::function<void(const job& ended)> job_ended = {};
  /// The store fails (with the reason), or works again (empty). Called once for each.
  std::function<void(std::string_view fault)> store_changed = {};
  /// Times were corrected at startup. Called at most once, and only if there were any.
  std::function<void(const corrected_times& what)> times_corrected = {};
};

/// What an engine found in its store at startup.
struct resumed_jobs {
  /// Live jobs that resumed.
  std::size_t live = 0;
  /// Delayed agent jobs that stay in the store until they are due.
  std::size_t due_later = 0;
  /// Scheduled jobs.
  std::size_t schedules = 0;
};

/// Owns the actor system: runs jobs from `start` until it is destroyed.
/// Members may be called from one thread at a time; `jobs()` from any.
class engine {
public:
  /// Starts the actors and resumes the jobs in the store. Jobs that name no agent go to the first
  /// one. Errors: `invalid_argument` (an option out of range, two agents
  /// with one id, an agent without a runner), `io` (the store).
  static result<engine> start(engine_options options, std::unique_ptr<store> jobs,
                              std::vector<agent_binding> agents, engine_observers told = {});

  engine(engine&&) noexcept;
  engine& operator=(engine&&) noexcept;
  /// `drain(0 ms)`, then ends all actors and the store, and waits for them. Do not call it on an engine
  /// thread: an engine that is destroyed inside a callback, a C++ agent or an observer waits for itself
  /// forever. Destroy it on another thread.
  ~engine();

  /// The service for jobs. Valid as long as the engine lives.
  service& jobs() noexcept;

  /// What the store held when the engine started.
  resumed_jobs resumed() const noexcept;

  /// Stops accepting jobs, gives running tasks up to `grace` to finish, then stops. With a durable store
  /// live jobs resume at the next start; otherwise they become `failed` ("server stopped
  /// before the job was done"). All waiting calls are answered. Blocks; further calls return at once.
  /// Do not call it on an engine thread.
  void drain(std::chrono::milliseconds grace);

  /// Called at most once, on an engine thread, when a fault has stopped the engine: end the process.
  void on_fatal(std::function<void(std::string_view)> told);

  /// Called for each failed attempt of a scheduled job's run, on an engine thread. It must not block for
  /// long or throw.
  void on_failed_attempt(failed_attempt_sink told);

private:
  struct implementation;
  explicit engine(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard
