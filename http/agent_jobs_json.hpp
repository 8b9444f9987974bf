#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <callboard/job.hpp>
#include <callboard/store.hpp>

namespace callboard::http {

/// The word with which the Agent Jobs API shows a state: it knows six.
std::string_view agent_job_status(job_state state) noexcept;

/// The field of that name that lists are ordered by.
std::optional<job_field> parse_agent_job_field(std::string_view name) noexcept;

/// `{"data":{the job},"meta":{"org_id","id"}}`
std::string agent_job_details(const job& shown);

/// The body of GET /services/agent-jobs.
std::string agent_job_list(const job_page& page, const job_query& asked);

/// The body of DELETE /services/agent-jobs/:id.
std::string agent_job_canceled(const job& shown);

} // namespace callboard::http
