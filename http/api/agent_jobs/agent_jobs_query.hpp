#pragma once

#include <callboard/store.hpp>

#include "http/api/agent_jobs/agent_jobs_json.hpp"

#include "http/message/message.hpp"

namespace callboard::http {

/// The list that GET /services/agent-jobs asks for, or the refusal with all that is wrong.
tl::expected<agent_job_listing, response> read_agent_job_query(const request& asked);

} // namespace callboard::http
