#pragma once

#include <callboard/agent.hpp>

namespace callboard::core {

/// What the agent is told for the newest task of a job: the prompt, or `Continue.` for a follow-up
/// (and for the retry of one), and the conversation so far.
/// @param now when the task is handed over: its time counts from then.
/// @pre the job has a task.
task_ptr make_task(job_ptr job, const agent_info& agent, system_time now);

} // namespace callboard::core
