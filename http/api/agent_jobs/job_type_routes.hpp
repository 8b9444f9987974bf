#pragma once

#include <memory>
#include <vector>

#include "http/api/agent_jobs/job_type_table.hpp"
#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes that show job types, under /organizations/:org_id and /services/organizations/:org_id.
std::vector<route> job_type_routes(std::shared_ptr<const job_type_table> types);

} // namespace callboard::http
