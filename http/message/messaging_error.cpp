#include "http/message/messaging_error.hpp"

#include <string>

#include "text/json_writer.hpp"

namespace callboard::http {

response messaging_error(int status, std::string_view text,
                         std::pair<std::string_view, std::string_view> more) {
  std::string body;
  append_text(body, R"({"success":false,"error":)", text);
  if (!more.first.empty())
    append_text(body, ",\"" + std::string{more.first} + "\":", more.second);
  return {status, body += '}'};
}

response messaging_fault(int status, std::string_view text) {
  std::string body;
  append_text(body, R"({"success":false,"error":{"message":)", text);
  append_count(body, R"(,"code":)", status);
  return {status, body += "}}"};
}

response messaging_content_type_error() {
  return {400, R"({"success":false,"error":{"code":"INVALID_CONTENT_TYPE",)"
               R"("message":"Invalid or missing Content-Type header"}})"};
}

response messaging_unauthorized() {
  return {401, R"({"error":"API key required","message":"Missing or invalid X-API-KEY header"})"};
}

} // namespace callboard::http
