#pragma once

#include <optional>
#include <vector>

#include <callboard/schedule_service.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes under /api/jobs. `jobs` must outlive them.
/// @param default_retry the policy of jobs that bring none.
std::vector<route> schedule_routes(schedule_service& jobs,
                                   std::optional<retry_policy> default_retry);

} // namespace callboard::http
