#pragma once

#include <string>
#include <vector>

#include <callboard/schedule_service.hpp>

#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes of single runs of scheduled jobs: `GET /api/jobs/:id/runs/:runId` and `POST …/cancel`.
/// @param jobs must outlive the routes.
std::vector<route> schedule_run_routes(schedule_service& jobs);

/// Where a run is to be found.
std::string schedule_run_path(const uuid& schedule, const uuid& run);

} // namespace callboard::http
