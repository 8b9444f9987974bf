#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <callboard/http_server.hpp>
#include <callboard/json_view.hpp>

#include "app/config/config.hpp"

namespace callboard::app {

/// The organisations that there are: those configured, and those that have a key. The values have no
/// faults.
std::vector<organisation> read_organisations(const nlohmann::json& organisations,
                                             const std::vector<api_key>& keys);

/// Gives values without job types one, so that the Agent Jobs API can be tried: "echo" of the
/// organisation "default", run by the first agent. Its defaults are still to be filled in.
void fill_job_types(nlohmann::json& values);

/// The job types, with their agents and compiled schemas. The values have no faults.
/// @param given the same list in the file, for parts that are shown as given; no value: not in the file.
std::vector<job_type> read_job_types(const nlohmann::json& types, json_view given,
                                     const std::vector<agent_config>& agents,
                                     const environment& variables);

} // namespace callboard::app
