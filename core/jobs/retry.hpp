#pragma once

#include <chrono>
#include <cstdint>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>

#include "core/random.hpp"

namespace callboard::core {

/// How long to wait before retry n: `min(delay_max, delay × 2^(n−1)) × (1 ± jitter)`, or
/// `min(delay_max, delay) × (1 ± jitter)` when the growth is fixed.
/// @param policy within the limits that `make_spec` checks.
/// @param retry n, from 1.
std::chrono::milliseconds wait_before_retry(const retry_policy& policy, std::uint32_t retry,
                                            const random_source& random);

/// The policy that decides about a failed attempt: the job's own, but for a message that brings none and
/// that its agent refused the agent's.
const retry_policy& policy_for(const job_spec& spec, bool is_refusal, const agent_retry& rules);

/// How long to wait before retry n after a failed answer: what the policy says, or what the answer asks
/// for, as far as the agent's rules let that count.
std::chrono::milliseconds wait_after(const agent_answer& answer, const retry_policy& policy,
                                     std::uint32_t retry, const agent_retry& rules,
                                     const random_source& random);

/// The longest that a job may wait for retry n, whatever was answered.
std::chrono::milliseconds longest_wait(const job_spec& spec, std::uint32_t retry,
                                       const agent_retry& rules);

} // namespace callboard::core
