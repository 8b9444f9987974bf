#pragma once

#include <callboard/agent.hpp>

#include "agents/http/outbound_http.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace callboard::agents {

/// Whether a response is complete and has a status with which an answer comes: 200, 201 or 203.
bool has_answer(const http_response& response);

/// Turns a response that has no answer into a failed one: another status, with the reason in the body,
/// or a fault. Statuses 3xx, and 4xx but 408, 425 and 429, are final; 425, 429 and 503, and a
/// peer that was not reached, are refusals. docs/agents.md has the table.
/// @param timeout the request's time limit.
/// @param secrets are masked in the reason.
agent_answer http_failure(const http_response& response,
                          std::optional<std::chrono::milliseconds> timeout,
                          std::span<const std::string> secrets = {});

} // namespace callboard::agents
