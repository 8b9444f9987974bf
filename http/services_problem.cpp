#include "http/services_problem.hpp"

#include "http/head.hpp"
#include "http/json_writer.hpp"

namespace callboard::http {

namespace {

/// The problem without its closing brace.
std::string begin_problem(int status, std::string_view code, std::string_view detail,
                          std::string_view message) {
  std::string body = R"({"type":"about:blank","title":)";
  append_string(body, reason_phrase(status));
  body += R"(,"status":)";
  append_number(body, status);
  body += R"(,"detail":)";
  append_string(body, detail);
  body += R"(,"code":)";
  append_string(body, code);
  body += R"(,"message":)";
  append_string(body, message);
  return body;
}

} // namespace

response services_problem(int status, std::string_view code, std::string_view detail) {
  return {status, begin_problem(status, code, detail, detail) + '}', problem_type};
}

response refuse_fields(const std::vector<field_fault>& faults) {
  constexpr int status = 400;
  constexpr std::string_view detail = "the request is not valid";
  std::string message{detail};
  for (const auto& each : faults) {
    message += &each == &faults.front() ? ": " : "; ";
    message += each.field.empty() ? each.message : each.field + ' ' + each.message;
  }
  auto body = begin_problem(status, "invalid_request", detail, message);
  body += R"(,"errors":[)";
  for (const auto& each : faults) {
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
