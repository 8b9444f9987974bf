#pragma once

#include <chrono>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/session_service.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes of the Sessions API. `all` and `agents` must outlive them.
/// @param default_time_limit of messages that name none
std::vector<route> session_routes(session_service& all, const std::vector<agent_info>& agents,
                                  const session_limits& limits,
                                  std::chrono::milliseconds default_time_limit);

} // namespace callboard::http
