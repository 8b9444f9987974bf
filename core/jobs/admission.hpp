#pragma once

#include <cstddef>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/job.hpp>

#include "core/jobs/text_budget.hpp"

namespace callboard::core {

/// What is held when a job asks to be let in.
struct current_load {
  /// Messaging jobs held, finished ones included.
  std::size_t messages = 0;
  /// Finished messaging jobs held.
  std::size_t finished_messages = 0;
  /// Live jobs of all kinds.
  std::size_t live = 0;
  /// Those of the job's organisation.
  std::size_t live_of_organisation = 0;
  /// Jobs that occupy the job's agent.
  std::size_t of_agent = 0;
  /// What the texts of messaging jobs take.
  text_budget texts{};
};

/// How much may be held.
struct load_limits {
  std::size_t messages_max = 0;
  std::size_t live_max = 0;
  /// 0: none of its own.
  std::size_t live_per_organisation_max = 0;
};

/// How a job may come in.
enum class admission : bool {
  /// There is room.
  free,
  /// There is, once the messaging jobs that finished first are dropped: as many as it takes.
  drop_oldest_finished,
};

/// Whether a job occupies its agent: a task of it runs or waits for a slot.
bool occupies_agent(const job& one) noexcept;

/// What asks to be let in.
struct admission_request {
  job_kind kind = job_kind::message;
  /// Of the new job; see `text_bytes`.
  std::size_t text_bytes = 0;
};

/// Decides whether a new job gets in. Live jobs are never dropped for it. Errors: `capacity`
/// ("Job capacity reached (10000 jobs)", "Job capacity reached (1073741824 bytes of text)", "Job capacity
/// of the organization reached (100 jobs)"), `agent_busy` ("Agent echo is busy").
result<admission> admit(const admission_request& asked, const current_load& load,
                        const load_limits& limits, const agent_info& agent);

} // namespace callboard::core
