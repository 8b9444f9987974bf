#pragma once

#include <memory>
#include <vector>

#include <callboard/service.hpp>

#include "http/pipeline/in_flight.hpp"
#include "http/pipeline/router.hpp"

namespace callboard::http {

/// GET /livez, /readyz and /healthz (the same as /readyz).
std::vector<route> health_routes(service& jobs, std::shared_ptr<const in_flight> shared);

} // namespace callboard::http
