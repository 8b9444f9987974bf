#pragma once

#include <callboard/agents.hpp>

#include <string>
#include <string_view>

namespace callboard::agents {

/// The body of `POST …/chat/completions` for a task: system text, history and prompt as messages.
std::string chat_request(const openai_options& options, const agent_task& task);

/// Reads a complete response: the first choice's text; in the metadata `usage`, `model` and
/// `finishReason`, as far as the server says. Without a text the task failed.
agent_answer chat_answer(std::string_view body);

/// What a response that is no 200 says about itself; empty: nothing that is understood. Knows the
/// forms `{"error":{"message"}}`, `{"error":"…"}`, `{"message":"…"}` and `{"detail":"…"}`.
std::string chat_error_text(std::string_view body);

} // namespace callboard::agents
