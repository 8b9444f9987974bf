#pragma once

#include <memory>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/job.hpp>
#include <callboard/store.hpp>

namespace callboard::core {

/// Finds the agent that a new job asks for, or the first one. Errors: `no_agents`,
/// `agent_not_found`.
result<std::size_t> choose_agent(const new_job& wanted, const std::vector<agent_info>& agents);

/// Checks what a caller may have got wrong and makes the immutable part of the job.
/// Errors: `invalid_argument`.
result<std::shared_ptr<const job_spec>> make_spec(new_job wanted, const uuid& id,
                                                  const uuid& agent_id, system_time now);

/// Errors: `invalid_argument` for numbers out of range.
result<void> check_agent_retry(const agent_retry& rules);

/// Errors: `invalid_argument` for a limit outside 1–1000, and for more steps or tags than make sense.
result<void> check_query(const job_query& query);

} // namespace callboard::core
