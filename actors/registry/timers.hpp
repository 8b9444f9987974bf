#pragma once

#include <initializer_list>
#include <optional>

#include <callboard/time.hpp>

#include "core/timer_heap.hpp"

namespace callboard::actors {

class outbox;
struct job_entry;

/// When jobs need the registry, and the one wake-up that stands for all that is due.
class timers {
public:
  /// @param out must outlive this.
  explicit timers(outbox& out) : out_(out) {
    // nop
  }

  /// Sets the time of a job, in place of the one before.
  void arm(job_entry& entry, steady_time due);

  /// The job needs nothing any more.
  void disarm(job_entry& entry);

  /// The wake-up has come.
  void on_wake(steady_time now);

  /// Takes out and returns the earliest job that is due; null if none is.
  job_entry* pop_due(steady_time now);

  /// Sends a wake-up for the earliest of the jobs and of other times, unless one is on its way that comes
  /// no later. (A wake-up cannot be taken back; one that comes too early finds nothing due.)
  void wake_for(std::initializer_list<std::optional<steady_time>> others);

private:
  outbox& out_;
  core::timer_heap<job_entry> heap_;
  std::optional<steady_time> armed_for_;
};

} // namespace callboard::actors
