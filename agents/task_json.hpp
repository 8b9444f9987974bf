#pragma once

#include <string>

#include <callboard/agent.hpp>

namespace callboard::agents {

/// Where an agent may answer later.
struct callback_address {
  /// Whole URL of the task's result.
  std::string url;
  /// Bearer token that opens it.
  std::string token;
};

/// A task as agents outside the process get it: one JSON object, compact, UTF-8. What the task does
/// not have is left out. docs/agents.md describes the members.
/// @param callback null: none.
std::string task_json(const agent_task& task, const callback_address* callback = nullptr);

} // namespace callboard::agents
