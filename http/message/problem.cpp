#include "http/message/problem.hpp"

#include "http/message/head.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

std::string begin_problem(int status, std::string_view code, std::string_view detail) {
  std::string body = R"({"type":"about:blank","title":)";
  append_string(body, reason_phrase(status));
  body += R"(,"status":)";
  append_number(body, status);
  body += R"(,"detail":)";
  append_string(body, detail);
  body += R"(,"code":)";
  append_string(body, code);
  return body;
}

response problem(int status, std::string_view code, std::string_view detail) {
  return response{status, begin_problem(status, code, detail) + '}', problem_type};
}

response internal_error() {
  return problem(500, "internal", "an internal error occurred");
}

} // namespace callboard::http
