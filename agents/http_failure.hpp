#pragma once

#include <callboard/agent.hpp>

#include "agents/outbound_http.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace callboard::agents {

/// Turns a response that is no usable 200 into a failed answer: a status other than 200, or a fault.
/// Statuses 3xx, and 4xx but 408, 425 and 429, are final. docs/agents.md has the table.
/// @param timeout the request's time limit.
/// @param detail what the agent's own error text says; empty: nothing.
agent_answer http_failure(const http_response& response,
                          std::optional<std::chrono::milliseconds> timeout,
                          std::string_view detail = {});

} // namespace callboard::agents
