#pragma once

#include <memory>
#include <vector>

#include <callboard/service.hpp>

#include "http/api/agent_jobs/job_type_table.hpp"
#include "http/pipeline/router.hpp"

namespace callboard::http {

/// The routes under /services/agent-jobs. `jobs` must outlive them.
std::vector<route> agent_job_routes(service& jobs, std::shared_ptr<const job_type_table> types);

} // namespace callboard::http
