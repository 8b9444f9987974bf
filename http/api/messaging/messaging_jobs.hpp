#pragma once

#include <chrono>
#include <vector>

#include <callboard/service.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes of the Messaging Jobs API. `jobs` must outlive them.
std::vector<route> messaging_routes(service& jobs, std::chrono::milliseconds default_time_limit);

} // namespace callboard::http
