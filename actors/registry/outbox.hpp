#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <callboard/time.hpp>

#include "actors/calls.hpp"
#include "core/jobs/job_machine.hpp"
#include "core/random.hpp"

namespace callboard::actors {

struct job_entry;

/// What the registry's parts want of the world around them: the time, the store, the actors of jobs and
/// agents. Tests put a double in its place. Everything returns at once; what is asked of the store is
/// answered later, on the registry's thread, and never once the registry has ended.
class outbox {
public:
  template <class T>
  using then = std::function<void(const T&)>;

  virtual ~outbox() = default;

  // -- time and chance ---------------------------------------------------------

  virtual clock_reading now() const = 0;
  virtual const core::random_source& random() const = 0;
  /// An id that no job had before.
  virtual uuid next_id(system_time now) = 0;
  /// Has the registry look for what is due, at that time or at once.
  virtual void wake_at(steady_time due) = 0;
  /// Has the registry ask the store again.
  virtual void retry_after(std::chrono::milliseconds wait) = 0;
  /// Has the registry end the grace period of a stop.
  virtual void stop_after(std::chrono::milliseconds grace) = 0;

  // -- the store ---------------------------------------------------------------

  virtual void commit(store_batch_ptr batch, then<store_outcome> done) = 0;
  virtual void sweep(const retention_sweep& what, then<sweep_outcome> done) = 0;
  virtual void sweep(const run_sweep& what, then<sweep_outcome> done) = 0;
  virtual void sweep(const leftover_sweep& what, then<sweep_outcome> done) = 0;
  virtual void fetch(const uuid& id, then<found_job> done) = 0;
  virtual void load(const delayed_window& what, then<loaded_jobs> done) = 0;
  /// Has the store answer a call.
  virtual void find(job_call_ptr call) = 0;
  virtual void list(list_call_ptr call) = 0;
  virtual void list(list_runs_ptr call) = 0;
  virtual void list(list_messages_ptr call) = 0;

  // -- jobs and agents ---------------------------------------------------------

  /// Gives a job its actor. @pre its agent is there.
  virtual void begin(job_entry& entry, core::live_job job) = 0;
  /// Hands the newest task of a job to its agent, on behalf of the job's actor.
  virtual void offer(const job_entry& entry, job_ptr job) = 0;
  /// To the actor of a job; see `job_actor`.
  virtual void wake(const job_entry& entry) = 0;
  virtual void cancel(const job_entry& entry, std::string reason) = 0;
  virtual void stop(const job_entry& entry) = 0;
  virtual void abandon(const job_entry& entry) = 0;
  /// To all agents: start no more tasks.
  virtual void pause_agents() = 0;
};

} // namespace callboard::actors
