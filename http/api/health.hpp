#pragma once

#include <memory>
#include <vector>

#include <callboard/service.hpp>

#include "http/pipeline/router.hpp"
#include "http/pipeline/traffic.hpp"

namespace callboard::http {

/// GET /livez, /readyz and /healthz (the same as /readyz).
std::vector<route> health_routes(service& jobs, std::shared_ptr<const traffic> shared);

} // namespace callboard::http
