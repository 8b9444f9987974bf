#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <callboard/callback.hpp>
#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

namespace callboard {

/// A change of a definition.
class schedule_edit {
public:
  /// @param change called at most once, on an engine thread; must not block or throw.
  /// @param timezone the time zone that `change` sets, if it sets one. It is looked up on the caller's
  ///   thread then; otherwise an engine thread reads a small file.
  template <class Change>
  requires(!std::same_as<Change, schedule_edit> && std::invocable<Change&, schedule_definition&>)
    schedule_edit(Change change, std::string timezone = {}) // NOLINT: converts
    : change_(std::move(change)), timezone_(std::move(timezone)) {
    // nop
  }

  /// Changes a definition.
  void operator()(schedule_definition& definition) const {
    change_(definition);
  }

  /// The time zone that is set; empty: not known.
  const std::string& timezone() const noexcept {
    return timezone_;
  }

private:
  std::function<void(schedule_definition&)> change_;
  std::string timezone_;
};

/// Operations on scheduled jobs: the port that the HTTP server and embedding programs use.
/// Every member may be called from any thread and returns at once. Changes are answered once they are
/// stored. Errors of all members that name a job: `not_found`.
class schedule_service {
public:
  virtual ~schedule_service() = default;

  /// Creates a scheduled job. Errors: `invalid_argument`, `agent_not_found`, `conflict` (the name is
  /// taken), `capacity`, `unavailable`.
  virtual void create(std::string organisation, schedule_definition wanted,
                      callback<scheduled_job_ptr> done)
    = 0;

  /// Scheduled jobs, by name. For paging set `query.limit`, and `query.after` to the last job's place.
  virtual void list(schedule_query query, callback<std::vector<scheduled_job_ptr>> done) = 0;

  /// The current state of a scheduled job.
  virtual void get(schedule_ref ref, callback<scheduled_job_ptr> done) = 0;

  /// Changes a definition. The next run is recomputed if the timing has changed; an interval that
  /// was only disabled keeps its grid. A run in progress is not affected. Errors: as `create`, and
  /// `version_mismatch`.
  virtual void update(schedule_ref ref, schedule_edit edit, callback<scheduled_job_ptr> done) = 0;

  /// Pauses or resumes. Errors: `conflict` if it is completed, `version_mismatch`, `unavailable`.
  virtual void set_enabled(schedule_ref ref, bool is_enabled, callback<scheduled_job_ptr> done) = 0;

  /// Deletes a scheduled job: it no longer fires, and its runs are canceled and deleted. Returns its last
  /// state. Errors: `version_mismatch`, `unavailable`.
  virtual void remove(schedule_ref ref, callback<scheduled_job_ptr> done) = 0;

  /// Starts a run now, alongside any others. (If its agent is not configured the run fails like any
  /// other.) Errors: `capacity`, `agent_busy`, `unavailable`.
  virtual void run_now(schedule_ref ref, callback<job_ptr> done) = 0;

  /// Runs, newest first, including live ones. `query.schedule_id` and `query.keep` are set by the engine.
  /// Errors: `invalid_argument`, `capacity` (see `run_query::text_bytes_max`), `unavailable` (store).
  virtual void runs(schedule_ref ref, run_query query, callback<std::vector<job_ptr>> done) = 0;

  /// The current state of one of its runs. Errors: `not_found` also if the job has no such run, `unavailable`
  /// (store).
  virtual void get_run(schedule_ref ref, uuid run, callback<job_ptr> done) = 0;

  /// Ends a live run as `canceled` and aborts its task. Errors: as `get_run`, and `conflict` if it has
  /// ended.
  virtual void cancel_run(schedule_ref ref, uuid run, std::string reason, callback<job_ptr> done)
    = 0;

  /// The next due times after `after` (none: now), at most `count` (1–1000). None for
  /// a completed job, while its time zone cannot be read, and for a paused one unless `after` is given.
  /// Errors: `invalid_argument`.
  virtual void next_times(schedule_ref ref, std::optional<system_time> after, std::size_t count,
                          callback<std::vector<system_time>> done)
    = 0;

  /// The same calls for threads that may block.
  std::future<result<scheduled_job_ptr>> create(std::string organisation,
                                                schedule_definition wanted);
  std::future<result<std::vector<scheduled_job_ptr>>> list(schedule_query query = {});
  std::future<result<scheduled_job_ptr>> get(schedule_ref ref);
  std::future<result<scheduled_job_ptr>> update(schedule_ref ref, schedule_edit edit);
  std::future<result<scheduled_job_ptr>> set_enabled(schedule_ref ref, bool is_enabled);
  std::future<result<scheduled_job_ptr>> remove(schedule_ref ref);
  std::future<result<job_ptr>> run_now(schedule_ref ref);
  std::future<result<std::vector<job_ptr>>> runs(schedule_ref ref, run_query query = {});
  std::future<result<job_ptr>> get_run(schedule_ref ref, uuid run);
  std::future<result<job_ptr>> cancel_run(schedule_ref ref, uuid run, std::string reason = {});
  std::future<result<std::vector<system_time>>> next_times(schedule_ref ref,
                                                           std::optional<system_time> after,
                                                           std::size_t count);
};

} // namespace callboard
