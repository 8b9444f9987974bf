#pragma once

#include <string>
#include <vector>

#include <callboard/service.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The body of GET /api/agents.
std::string agent_list(const std::vector<agent_info>& agents);

/// The route of the list of agents. `jobs` must outlive it.
std::vector<route> agent_list_routes(service& jobs);

} // namespace callboard::http
