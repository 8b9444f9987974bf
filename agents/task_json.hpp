#pragma once

#include <callboard/agent.hpp>

#include <string>

namespace callboard::agents {

/// Where an agent may answer later.
struct callback_address {
  /// Whole URL of the task's result.
  std::string url;
  /// Bearer token that opens it.
  std::string token;
};

/// The job's id as agents know it: a firing of a scheduled job is a run of that job to them.
const uuid& shown_job_id(const agent_task& task);

/// A task as agents outside the process get it: one JSON object, compact, UTF-8. What the task does
/// not have is left out. docs/agents.md describes the members.
/// @param callback null: none.
std::string task_json(const agent_task& task, const callback_address* callback = nullptr);

} // namespace callboard::agents
