#include "http/message/sessions_error.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <callboard/date_time.hpp>
#include <callboard/time.hpp>

#include "text/json_writer.hpp"

namespace callboard::http {

response sessions_error(int status, std::string_view code, std::string_view text,
                        std::string_view details) {
  std::string body;
  append_text(body, R"({"error":{"code":)", code);
  append_text(body, R"(,"message":)", text);
  append_text(body, R"(,"timestamp":)",
              to_rfc3339(to_system_time(std::chrono::system_clock::now())));
  if (!details.empty())
    body.append(R"(,"details":)").append(details);
  return {status, body += "}}"};
}

std::string session_code(int status, std::string_view code) {
  if (status == 400)
    return "VALIDATION_ERROR";
  std::string made{code};
  std::transform(made.begin(), made.end(), made.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return made;
}

} // namespace callboard::http
