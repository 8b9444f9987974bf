#include "http/api/schedules/schedule_problem.hpp"

#include "http/api/error_table.hpp"
#include "http/message/services_problem.hpp"

namespace callboard::http {

namespace {

constexpr std::string_view job_not_found = "job not found";

constexpr error_table words{error_form::services,
                            {{{errc::invalid_argument, 400, "invalid_request"},
                              {errc::not_found, 404, "not_found"},
                              {errc::agent_not_found, 404, "agent_not_found"},
                              {errc::no_agents, 404, "agent_not_found"},
                              {errc::forbidden, 404, "not_found", job_not_found},
                              {errc::gone, 410, "gone"},
                              {errc::conflict, 409, "conflict"},
                              {errc::version_mismatch, 412, "version_mismatch"},
                              {errc::capacity, 503, "capacity"},
                              {errc::agent_busy, 503, "capacity"},
                              {errc::too_many_requests, 429, "too_many_requests"},
                              {errc::unavailable, 503, "unavailable"},
                              {errc::io, 500, "internal", server_failed},
                              {errc::internal, 500, "internal", server_failed}}}};

} // namespace

response schedule_problem(const error& fault) {
  return refuse(words, fault);
}

response schedule_not_found() {
  return services_problem(404, "not_found", job_not_found);
}

} // namespace callboard::http
