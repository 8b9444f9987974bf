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

/// Told of an attempt of a scheduled job's run that failed; the last task of the run says how.
using failed_attempt_sink = std::function<void(const scheduled_job& of, const job& run)>;

/// How many times lay further ahead than they may when the engine started, because the clock was wrong
/// before (or an older server had no bound), and were computed again.
struct corrected_times {
  /// Next times of scheduled jobs.
  std::size_t next_runs = 0;
  /// Deadlines of live jobs.
  std::size_t deadlines = 0;
  /// Waits of live jobs for a retry.
  std::size_t retries = 0;

  friend bool operator==(const corrected_times&, const corrected_times&) = default;
};

/// Who is told of what happens in an engine, on an engine thread: nobody may block for long or throw. Those
/// that are empty are not told.
struct engine_observers {
  /// A job is over, and shown as such from now on; those, too, whose end a start brings.
  std::function<void(const job& ended)> job_ended = {};
  /// The store fails (the reason), or works again (empty). Told once of each.
  std::function<void(std::string_view fault)> store_changed = {};
  /// Times were corrected at the start. Told once, and only if there were any.
  std::function<void(const corrected_times& what)> times_corrected = {};
};

/// What an engine has found in its store.
struct resumed_jobs {
  /// Live jobs that go on.
  std::size_t live = 0;
  /// Agent jobs that are due later and stay in the store until then.
  std::size_t due_later = 0;
  /// Scheduled jobs.
  std::size_t schedules = 0;
};

/// Owns the actor system: runs jobs from `start` until it is destroyed.
/// Members may be called from one thread at a time; `jobs()` from any.
class engine {
public:
  /// Starts the actors and takes up the jobs that the store holds. Agents are asked in the given
  /// order when a job names none. Errors: `invalid_argument` (an option out of range, two agents
  /// with one id, an agent without a runner), `io` (the store).
  static result<engine> start(engine_options options, std::unique_ptr<store> jobs,
                              std::vector<agent_binding> agents, engine_observers told = {});

  engine(engine&&) noexcept;
  engine& operator=(engine&&) noexcept;
  /// `drain(0 ms)`, then ends all actors and the store, and waits for them. Never on an engine thread: an
  /// engine that is destroyed inside a callback, a C++ agent or a sink waits for itself, for ever. Hand it
  /// to a thread of your own there.
  ~engine();

  /// What one can do with jobs. Valid as long as the engine lives.
  service& jobs() noexcept;

  /// What the store held when the engine started.
  resumed_jobs resumed() const noexcept;

  /// Stops taking jobs, lets tasks under way finish for at most `grace`, then ends: live jobs stay
  /// in a durable store for the next start; without one they become `failed` ("server stopped
  /// before the job was done"). All waiting calls are answered. Blocks; further calls return at once.
  /// Never on an engine thread, as the destructor.
  void drain(std::chrono::milliseconds grace);

  /// Told once, on an engine thread, when a fault has stopped the engine for good: end the process.
  void on_fatal(std::function<void(std::string_view)> told);

  /// Told of each failed attempt of a scheduled job's run, on an engine thread: it must neither block for
  /// long nor throw.
  void on_failed_attempt(failed_attempt_sink told);

private:
  struct implementation;
  explicit engine(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard
