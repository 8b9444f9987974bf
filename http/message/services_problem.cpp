#include "http/message/services_problem.hpp"

#include <algorithm>
#include <span>

#include "http/message/problem.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

/// The problem with the member that clients of these routes read, without its closing brace.
std::string begin_with_message(int status, std::string_view code, std::string_view detail,
                               std::string_view message) {
  auto body = begin_problem(status, code, detail);
  body += R"(,"message":)";
  append_string(body, message);
  return body;
}

} // namespace

response services_problem(int status, std::string_view code, std::string_view detail) {
  return {status, begin_with_message(status, code, detail, detail) + '}', problem_type};
}

response refuse_organisation(std::string_view what, std::string_view own) {
  const auto detail = std::string{what} + "; the API key belongs to '" + std::string{own} + '\'';
  return services_problem(403, "forbidden", detail);
}

response refuse_fields(const std::vector<field_fault>& faults) {
  constexpr int status = 400;
  constexpr std::string_view detail = "the request is not valid";
  const auto shown = std::span{faults}.first(std::min(faults.size(), field_faults_max));
  std::string message{detail};
  for (const auto& each : shown) {
    message += &each == &faults.front() ? ": " : "; ";
    message += each.field.empty() ? each.message : each.field + ' ' + each.message;
  }
  auto body = begin_with_message(status, "invalid_request", detail, message);
  body += R"(,"errors":[)";
  for (const auto& each : shown) {
    body += &each == &faults.front() ? R"({"field":)" : R"(,{"field":)";
    append_string(body, each.field);
    body += R"(,"message":)";
    append_string(body, each.message);
    body += '}';
  }
  body += "]}";
  return {status, std::move(body), problem_type};
}

} // namespace callboard::http
