#pragma once

#include <callboard/agent.hpp>

#include <exception>
#include <string>
#include <utility>

namespace callboard::agents {

/// Calls somebody's function, and turns what it throws into a failed answer.
/// @param run returns an `agent_answer`.
template <class Run>
agent_answer answer_of(Run&& run) {
  try {
    return std::forward<Run>(run)();
  } catch (const std::exception& fault) {
    const std::string text = fault.what();
    return agent_answer::failure(text.empty() ? "agent failed without giving a reason" : text);
  } catch (...) {
    return agent_answer::failure("agent failed with an exception of unknown type");
  }
}

} // namespace callboard::agents
