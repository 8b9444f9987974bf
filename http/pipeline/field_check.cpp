#include "http/pipeline/field_check.hpp"

#include "http/pipeline/auth.hpp"

namespace callboard::http {

namespace {

/// Whether a request has a body or is of a kind that does, also if only its head has come so far.
bool may_have_body(const request& asked) noexcept {
  const auto is_usual
    = asked.verb != method::get && asked.verb != method::head && asked.verb != method::options;
  return is_usual || asked.body_bytes > 0 || asked.count("Transfer-Encoding") > 0
         || asked.header("Content-Length").value_or("0") != "0";
}

} // namespace

std::string_view fault_of_fields(const request& asked, const api_area& where) {
  if (asked.count("Authorization") > 1)
    return "the Authorization header must be sent once";
  if (asked.count("X-API-Key") > 1)
    return "the X-API-Key header must be sent once";
  if (asked.count("Content-Type") > 1)
    return "the Content-Type header must be sent once";
  if (asked.count("Origin") > 1)
    return "the Origin header must be sent once";
  // Elsewhere the token is none of the server's keys: agents deliver results with their task's.
  if (!where.scope)
    return {};
  const auto token = bearer_token(asked);
  const auto key = asked.header("X-API-Key").value_or("");
  if (!token.empty() && !key.empty() && token != key)
    return "Authorization and X-API-Key must not contain different keys";
  return {};
}

std::string foreign_coding(const request& asked) {
  std::string codings;
  if (!may_have_body(asked))
    return codings;
  for (const auto& field : asked.headers)
    if (equals_ignoring_case(field.name, "Content-Encoding"))
      for (const auto& coding : split_list(field.value))
        if (!equals_ignoring_case(coding, "identity"))
          codings.append(codings.empty() ? "" : ", ").append(coding);
  return codings;
}

} // namespace callboard::http
