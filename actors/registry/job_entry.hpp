#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "actors/interfaces.hpp"
#include "core/jobs/text_budget.hpp"
#include "core/timer_heap.hpp"

namespace callboard::actors {

struct job_entry;

/// A call that waits for a job to end.
struct waiter : core::timer_node {
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

/// Who wants to hear of a job; most jobs have nobody, so it is kept apart.
struct entry_calls {
  std::vector<std::unique_ptr<waiter>> waiters;
  std::unique_ptr<pending_creation> creation;
};

/// What the registry holds of one job. As a timer: a live job's next wake-up, a finished job's end
/// of retention.
struct job_entry : core::timer_node {
  static constexpr auto no_batch = std::numeric_limits<std::uint32_t>::max();

  /// Batch that the newest snapshot stands in, and where; `no_batch` before the first.
  std::uint32_t batch = no_batch;
  std::uint32_t batch_slot = 0;
  /// Index of the job's agent.
  std::uint32_t agent = 0;
  /// Whether its newest snapshot is terminal, be it visible or not.
  bool is_over = false;
  /// What a messaging job counts as in the registry's text budget.
  core::text_share texts{};
  /// What callers see: with a durable store a terminal state only once it is stored.
  job_ptr visible;
  /// The job's actor; null while it is scheduled, and once it is over.
  job_actor handle;
  /// Null for nobody.
  std::unique_ptr<entry_calls> calls;
};

} // namespace callboard::actors
