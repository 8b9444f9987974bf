#pragma once

#include <callboard/agents.hpp>

#include <span>
#include <string>
#include <string_view>

namespace callboard::agents {

/// The body of `POST …/chat/completions` for a task: system text, history and prompt as messages, and
/// `extra_body` merged into it. Expects checked options.
std::string chat_request(const openai_options& options, const agent_task& task);

/// Reads a complete response: the first choice's text (of a list of parts, the texts joined); in the
/// metadata `usage`, `model` and `finishReason`, as far as the server says. What is no finished text
/// failed, with the reason that is known: an error in it, a refusal, a `finish_reason` of those, tool
/// calls, reasoning, audio or blanks only.
/// @param secrets are masked in that reason.
agent_answer chat_answer(std::string_view body, std::span<const std::string> secrets = {});

} // namespace callboard::agents
