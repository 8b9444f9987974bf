#pragma once

#include <string_view>

#include <callboard/agent.hpp>
#include <callboard/job.hpp>

namespace callboard::tests {

// What tests send and expect; the same in all of them.
inline constexpr std::string_view sample_user = "550e8400-e29b-41d4-a716-446655440000";
inline constexpr std::string_view sample_agent_id = "660e8400-e29b-41d4-a716-446655440001";
inline constexpr std::string_view sample_job_id = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

/// The only agent that is configured.
agent_info sample_agent();

/// A job in a state: created at 1703001234567, completed 1500 ms later, with 60 s to live.
std::shared_ptr<job> sample_job(job_state state);

/// An agent job of the organisation "org123" with four turns: one that failed, its retry that asked for
/// more, a follow-up that failed, and its retry, which goes on.
std::shared_ptr<job> sample_turns();

/// The job that a new one becomes.
job_ptr accepted(const new_job& wanted);

} // namespace callboard::tests
