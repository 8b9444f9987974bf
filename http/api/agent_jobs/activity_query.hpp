#pragma once

#include <string>

#include <callboard/error.hpp>

#include "http/api/agent_jobs/activity_json.hpp"
#include "http/api/query_reader.hpp"
#include "http/message/message.hpp"

namespace callboard::http {

/// What GET /services/activities asks for.
struct activity_request {
  /// As the caller spelled it.
  std::string job_id;
  activity_query wanted;
};

/// Reads the query of GET /services/activities, or says why not: 400 with all faults, 403 for another
/// organisation.
tl::expected<activity_request, response> read_activity_request(const request& asked);

/// Reads what GET of one job says about its activities; none if they are not asked for.
std::optional<activity_query> read_included_activities(query_reader& from);

/// Reads what a list of jobs says about their activities; they count if `include` names them.
included_activities read_activities_of_list(query_reader& from);

} // namespace callboard::http
