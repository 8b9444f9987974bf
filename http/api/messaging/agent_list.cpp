#include "http/api/messaging/agent_list.hpp"

#include <string>

#include "text/json_writer.hpp"

namespace callboard::http {

std::string agent_list(const std::vector<agent_info>& agents) {
  std::string out = R"({"success":true,"data":{"agents":[)";
  for (const auto& each : agents) {
    if (&each != &agents.front())
      out += ',';
    append_id(out, R"({"id":)", each.id);
    append_text(out, R"(,"name":)", each.name);
    append_text(out, R"(,"characterName":)", each.name);
    out += R"(,"bio":"","status":"active"})";
  }
  return out += "]}}";
}

std::vector<route> agent_list_routes(service& jobs) {
  return {{method::get, "/api/agents", [&jobs](const request&, const responder& back) {
             back.send(response{200, agent_list(jobs.agents())});
           }}};
}

} // namespace callboard::http
