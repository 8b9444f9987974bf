#include "http/api/schedules/schedule_problem.hpp"

#include <string>

#include "http/message/services_problem.hpp"

namespace callboard::http {

namespace {

/// A fault that the engine found: its message begins with the member that it is about.
response refuse_member(const std::string& message) {
  const auto end = message.find(' ');
  return refuse_fields({{'/' + message.substr(0, end), message.substr(end + 1)}});
}

} // namespace

response schedule_problem(const error& fault) {
  switch (fault.code) {
    case errc::invalid_argument:
      return refuse_member(fault.message);
    case errc::not_found:
      return services_problem(404, "not_found", fault.message);
    case errc::forbidden:
      return schedule_not_found();
    case errc::agent_not_found:
    case errc::no_agents:
      return services_problem(404, "agent_not_found", fault.message);
    case errc::conflict:
      return services_problem(409, "conflict", fault.message);
    case errc::version_mismatch:
      return services_problem(412, "version_mismatch", fault.message);
    case errc::capacity:
    case errc::agent_busy:
    case errc::unavailable:
      return refuse_for_now(fault);
    case errc::io:
    case errc::internal:
    case errc::gone:
    case errc::too_many_requests:
      break;
  }
  return services_problem(500, "internal", "an internal error occurred");
}

response schedule_not_found() {
  return services_problem(404, "not_found", "job not found");
}

} // namespace callboard::http
