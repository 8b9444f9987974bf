#pragma once

#include <cstddef>
#include <utility>

#include "actors/registry/delayed_jobs.hpp"
#include "actors/registry/job_table.hpp"
#include "actors/registry/registry_context.hpp"
#include "core/jobs/job_counters.hpp"
#include "core/jobs/job_machine.hpp"

namespace callboard::actors {

class outbox;
class retention;
class timers;
class waiters;
class write_behind;

/// Told of the runs of schedules.
class run_listener {
public:
  virtual ~run_listener() = default;

  /// A run has changed; callers do not see it yet. Returns whether it is to be kept: one that has ended is
  /// not if its schedule is gone.
  virtual bool on_run_changed(job_entry& entry, const job_ptr& run) = 0;

  /// A run of that schedule has ended, and all that belongs to its end has been done.
  virtual void on_run_ended(const uuid& schedule) = 0;
};

/// Decides whose turn it is in a session, and is told of the jobs of its messages.
class turn_listener {
public:
  virtual ~turn_listener() = default;

  /// A message's job is held from now on. Returns whether it begins at once; else `live_jobs::begin_turn`
  /// begins it.
  virtual bool begins(const callboard::job& message) = 0;

  /// A message's job has ended; callers do not see it yet, and it is not in the batch yet.
  virtual void on_message_over(const job_ptr& ended) = 0;

  /// A message's job has ended for all to see, or was refused.
  virtual void on_message_gone(const callboard::job& message) = 0;
};

/// The parts that `live_jobs` works with; all must outlive it.
struct live_job_parts {
  registry_context& context;
  outbox& out;
  write_behind& writes;
  waiters& waiting;
  retention& kept;
  delayed_jobs& delayed;
  timers& due;
};

/// The jobs that the registry holds, from the first snapshot until they are dropped: what changes with
/// them, and in which order.
class live_jobs : public delayed_job_home {
public:
  /// @param table shared with those who read jobs on threads of their own.
  live_jobs(const live_job_parts& parts, std::shared_ptr<job_table> table);

  /// To be called before a run is held. @param listener must outlive this.
  void tell_of_runs(run_listener& listener) noexcept {
    runs_ = &listener;
  }

  /// To be called before a session's message is held. @param listener must outlive this.
  void tell_of_turns(turn_listener& listener) noexcept {
    turns_ = &listener;
  }

  /// Null if the job is not held. The address stays the same until it is dropped.
  job_entry* find(const uuid& id) const;

  template <class Call>
  void for_each(Call call) {
    table_->for_each(std::move(call));
  }

  /// Live jobs, those included that only the store holds.
  std::size_t size() const noexcept;

  /// Counts of the jobs that are held.
  const core::job_counters& counters() const noexcept {
    return counters_;
  }

  // -- the life of a job -------------------------------------------------------

  /// Holds a job from its first snapshot on.
  /// @param agent null if it is gone: then the job ends by the next wake-up.
  job_entry& hold(core::transition first, listed_agent* agent);

  /// Holds a message that ended before the engine started.
  void hold_finished(const job_ptr& record);

  /// The turn of a session's message has come.
  void begin_turn(job_entry& entry);

  /// A job has a new snapshot. One that is not held is ignored: its creation was refused.
  void update(const job_update& what);

  /// Does to a job that has no actor, because its time has not come or its agent is gone, what an event
  /// does.
  void apply(job_entry& entry, const core::job_event& event);

  /// The time of a job has come: it wakes up, begins, or is dropped.
  void on_due(job_entry& entry);

  /// A snapshot of a job is in a durable store.
  void on_stored(job_entry& entry, const job_ptr& snapshot);

  /// Lets go of a job whose creation could not be stored: it is not to be.
  void discard(job_entry& entry);

  /// Drops finished messaging jobs, the oldest first, until this much more text and this many more jobs fit.
  void make_room(std::size_t text_bytes, std::size_t jobs);

  // -- jobs that are due later -------------------------------------------------

  /// Sets the timers of jobs that wait for a wall time again: the clock was set forward.
  void rearm_delayed();

  /// Leaves a job to the store if it is due beyond the horizon and no call waits for it.
  void park_if_far(job_entry& entry);

  bool holds(const uuid& id) const override;
  void adopt(const job_ptr& record) override;
  void release(const uuid& id) override;

private:
  void show(job_entry& entry, const job_ptr& snapshot);
  void keep_finished(job_entry& entry);
  void drop(job_entry& entry);
  void begin_if_due(job_entry& entry);

  live_job_parts parts_;
  std::shared_ptr<job_table> table_;
  core::job_counters counters_;
  run_listener* runs_ = nullptr;
  turn_listener* turns_ = nullptr;
};

} // namespace callboard::actors
