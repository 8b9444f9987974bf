#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <callboard/time.hpp>

#include "actors/calls.hpp"
#include "core/timer_heap.hpp"

namespace callboard::actors {

struct job_entry;

/// A call that waits for a job to end.
struct waiter : core::timer_node {
  /// Never null.
  job_entry* entry = nullptr;
  callback<job_ptr> done;
  /// Whether it asked for the job to be canceled: then it hears `conflict` if the job ends otherwise.
  bool is_cancel = false;
};

/// A creation that is answered once the job is stored.
struct pending_creation {
  submit_call_ptr call;
  /// What the answer shows, however far the job has got meanwhile.
  job_ptr first;
  /// What else there is to do if it cannot be stored; empty: nothing.
  std::function<void()> on_refused = {};
};

/// The calls that want to hear of a job; most jobs have none, so they are kept apart.
struct entry_calls {
  std::vector<std::unique_ptr<waiter>> waiters;
  std::unique_ptr<pending_creation> creation;
};

/// The calls that wait for jobs to end, by the time at which they stop waiting.
class waiters {
public:
  /// @param size_max most calls that may wait for a time; those that cancel do not count.
  explicit waiters(std::size_t size_max) : size_max_(size_max) {
    // nop
  }

  /// Whether one more call may wait.
  bool has_room() const noexcept {
    return size() < size_max_;
  }

  /// A call waits for the end of a job, no longer than until `due`.
  void add(job_entry& entry, callback<job_ptr> done, steady_time due);

  /// A call has asked for a job to be canceled and waits for its end.
  void add_cancel(job_entry& entry, callback<job_ptr> done);

  /// Answers those who wait for the end of a job, which has come.
  void answer(job_entry& entry);

  /// Answers those who wait with the job as it is now, except those who cancel it.
  void release(job_entry& entry);

  /// Answers all who wait: the job could not be stored and is not to be.
  void refuse(job_entry& entry, const error& why);

  /// Answers the call that has waited longest of those whose time has come, with the job as it is, and
  /// returns the job; null if there is no such call.
  job_entry* answer_due(steady_time now);

  /// When a call stops waiting; none while none waits.
  std::optional<steady_time> next_due() const noexcept;

  /// Calls that wait for a time.
  std::size_t size() const noexcept {
    return timers_.size();
  }

  /// Most of them.
  std::size_t size_max() const noexcept {
    return size_max_;
  }

  /// Calls to cancel that have not been answered.
  std::size_t cancels() const noexcept {
    return cancels_;
  }

private:
  waiter& append(job_entry& entry, callback<job_ptr> done);

  std::size_t size_max_;
  std::size_t cancels_ = 0;
  core::timer_heap<waiter> timers_;
};

} // namespace callboard::actors
