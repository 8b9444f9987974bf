#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <callboard/agent.hpp>
#include <callboard/agents.hpp>
#include <callboard/task_callbacks.hpp>

#include "app/config/config.hpp"

namespace callboard::app {

/// Makes the configured agents, in their order. Faults: what an agent refuses about its settings.
/// @param outbound where those may be that are asked over HTTP.
/// @param on_errors told what failed programs wrote to standard error; may be empty.
/// @param outbound_connections_max connections to agents at once, ≥ 1; requests beyond that wait.
checked<std::vector<agent_binding>> make_agents(const std::vector<agent_config>& agents,
                                                const outbound_options& outbound,
                                                std::shared_ptr<task_callbacks> callbacks,
                                                program_errors_sink on_errors = {},
                                                std::size_t outbound_connections_max = 1);

/// "echo", "http" …
std::string_view type_of(const agent_config& agent);

} // namespace callboard::app
