#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <callboard/json_view.hpp>

#include "app/config/config.hpp"

namespace callboard::app {

/// The agents of a checked and completed configuration.
/// @param given the same list in the file, for parts that are sent as spelled; no value: not in the file.
std::vector<agent_config> read_agents(const nlohmann::json& agents, json_view given,
                                      const std::string& public_url, const environment& variables);

} // namespace callboard::app
