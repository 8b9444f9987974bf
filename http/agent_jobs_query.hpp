#pragma once

#include <callboard/store.hpp>

#include "http/message.hpp"

namespace callboard::http {

/// The list that GET /services/agent-jobs asks for, or the refusal with all that is wrong.
tl::expected<job_query, response> read_agent_job_query(const request& asked);

} // namespace callboard::http
