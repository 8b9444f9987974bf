#pragma once

#include <vector>

#include <callboard/agent.hpp>

namespace callboard::core {

/// What the agent is told for the newest task of a job: the prompt, or `Continue.` for a follow-up
/// (and for the retry of one), and the conversation so far: what came before the job, then its own turns.
/// @param now when the task is handed over: its time counts from then.
/// @param before the conversation before the job, oldest first
/// @pre the job has a task.
task_ptr make_task(job_ptr job, const agent_info& agent, system_time now,
                   std::vector<history_entry> before = {});

} // namespace callboard::core
