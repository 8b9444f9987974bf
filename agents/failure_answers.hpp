#pragma once

#include <callboard/agent.hpp>

#include <chrono>
#include <string>

namespace callboard::agents {

/// What a task hears that was given up by `agent::cancel`.
inline agent_answer canceled_answer() {
  return agent_answer::failure("task was canceled");
}

/// What the tasks hear that are under way when their agent is destroyed.
inline agent_answer stopped_answer() {
  return agent_answer::failure("agent was stopped");
}

/// What a task hears when its agent is given it a second time: the second time counts.
inline agent_answer replaced_answer() {
  return agent_answer::failure("task was sent again");
}

/// What a task hears that its agent's own time limit has ended.
inline agent_answer timeout_answer(std::chrono::milliseconds limit) {
  return agent_answer::failure("agent did not answer within " + std::to_string(limit.count())
                               + " ms");
}

} // namespace callboard::agents
