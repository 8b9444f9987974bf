#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <callboard/job.hpp>
#include <callboard/store.hpp>

#include "http/api/agent_jobs/activity_json.hpp"

namespace callboard::http {

/// The word with which the Agent Jobs API shows a state: it knows six.
std::string_view agent_job_status(job_state state) noexcept;

/// The field of that name that lists are ordered by.
std::optional<job_field> parse_agent_job_field(std::string_view name) noexcept;

/// What GET /services/agent-jobs asks for.
struct agent_job_listing {
  job_query query;
  /// None: without activities.
  std::optional<included_activities> activities;
};

/// `{"data":{the job},"meta":{"org_id","id"}}`
std::string agent_job_details(const job& shown);

/// The same with the job's activities.
std::string agent_job_details(const job& shown, const activity_query& activities,
                              std::span<const agent_info> agents);

/// The body of GET /services/agent-jobs.
/// @param agents the configured ones
std::string agent_job_list(const job_page& page, const agent_job_listing& asked,
                           std::span<const agent_info> agents);

/// About how many bytes that is.
std::size_t agent_job_list_bytes(const job_page& page, const agent_job_listing& asked) noexcept;

/// The body of DELETE /services/agent-jobs/:id.
std::string agent_job_canceled(const job& shown);

} // namespace callboard::http
