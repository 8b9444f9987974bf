#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>
#include <callboard/service.hpp>
#include <callboard/store.hpp>
#include <callboard/time.hpp>

#include "actors/schedule_calls.hpp"
#include "actors/sessions/session_calls.hpp"

// What actors send each other, as plain values: what handles them need not know CAF.

namespace callboard::actors {

/// A job's newest snapshot, on its way from the job to the registry.
struct job_update {
  job_ptr snapshot;
  /// When the job wants `atom::wake`; without meaning once the snapshot is terminal.
  steady_time wake;
};

/// The arguments of `service::submit`.
struct submit_call {
  new_job wanted;
  std::chrono::milliseconds wait{0};
  callback<job_ptr> done;
};

/// The arguments of `service::get`, `wait` and `cancel`.
struct job_call {
  job_ref ref;
  std::chrono::milliseconds wait{0};
  std::string reason;
  callback<job_ptr> done;
};

/// The arguments of `service::list`.
struct list_call {
  job_query query;
  callback<job_page> done;
};

/// The arguments of `service::health`.
struct health_call {
  std::function<void(engine_health)> done;
};

/// The arguments of `engine::drain`.
struct drain_call {
  std::chrono::milliseconds grace{0};
  std::function<void()> done;
};

/// What goes to the store in one transaction.
struct store_batch {
  std::vector<job_ptr> snapshots = {};
  std::vector<uuid> erased = {};
  /// Null: it is forgotten.
  std::unordered_map<uuid, scheduled_job_ptr> schedules = {};
  std::unordered_map<uuid, session_change> sessions = {};
  std::vector<session_message> messages = {};

  bool is_empty() const noexcept {
    return snapshots.empty() && erased.empty() && schedules.empty() && sessions.empty()
           && messages.empty();
  }
};

/// Which finished jobs the store may forget.
struct retention_sweep {
  job_kind kind = job_kind::message;
  /// Those that ended before.
  system_time before;
  /// At most this many at a time: commits must not wait long.
  std::size_t limit = 0;
};

/// Which scheduled jobs to load; see `store::load_delayed`.
struct delayed_window {
  due_place from;
  system_time until;
  std::size_t limit = 0;
};

/// How many messages of forgotten sessions to erase; see `store::erase_leftovers`.
struct leftover_sweep {
  std::size_t limit = 0;
};

/// Which runs the store may forget; see `store::erase_runs`.
struct run_sweep {
  std::vector<uuid> schedules;
  std::size_t keep = 0;
  std::size_t limit = 0;
};

// Calls carry callbacks, which are answered once, so calls are moved about by pointer, never copied.
using submit_call_ptr = std::shared_ptr<submit_call>;
using job_call_ptr = std::shared_ptr<job_call>;
using list_call_ptr = std::shared_ptr<list_call>;
using health_call_ptr = std::shared_ptr<health_call>;
using drain_call_ptr = std::shared_ptr<drain_call>;
using store_batch_ptr = std::shared_ptr<store_batch>;
using answer_ptr = std::shared_ptr<const agent_answer>;
using agent_retry_ptr = std::shared_ptr<const agent_retry>;
using store_outcome = result<void>;
/// How many jobs a sweep has erased.
using sweep_outcome = result<std::size_t>;
/// A job; null if there is none.
using found_job = result<job_ptr>;
using loaded_jobs = result<std::vector<job_ptr>>;

} // namespace callboard::actors
