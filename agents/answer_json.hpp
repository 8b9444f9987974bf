#pragma once

#include <callboard/agent.hpp>
#include <callboard/json_view.hpp>

#include <span>
#include <string>
#include <string_view>

namespace callboard::agents {

/// Reads an agent's answer: an object with at least one of `status`, `content`, `metadata` and
/// `error`. Members that are null count as absent, unknown ones are ignored. docs/agents.md
/// describes them.
/// Errors: `invalid_argument` with which member is wrong and what it must be.
result<agent_answer> read_answer(json_view object);

/// Parses and reads an answer. Errors: `invalid_argument`, as above or "JSON that is not valid: …".
result<agent_answer> parse_answer(std::string_view text);

/// The failure of a task whose answer `read_answer` refused.
agent_answer unusable_answer(const error& fault);

/// Parses and reads the answer of an agent; what is wrong with it fails the task. What the agent says
/// of an error in a form of its own is kept in the text.
/// @param secrets are masked in it.
agent_answer answer_or_failure(std::string_view text, std::span<const std::string> secrets = {});

} // namespace callboard::agents
