#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/config.hpp"

namespace callboard::app {

/// The agents of a checked and completed configuration.
std::vector<agent_config> read_agents(const nlohmann::json& agents, const std::string& public_url,
                                      const environment& variables);

} // namespace callboard::app
