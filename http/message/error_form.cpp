#include "http/message/error_form.hpp"

#include <array>
#include <string>

#include "http/message/messaging_error.hpp"
#include "http/message/problem.hpp"
#include "http/message/services_problem.hpp"
#include "http/message/sessions_error.hpp"

namespace callboard::http {

namespace {

using writer = response (*)(int status, std::string_view code, std::string_view text);

/// How one API says what its routes never see.
struct form_row {
  /// Its usual error.
  writer usual;
  /// A body that cannot be read: too large, encoded.
  writer unread;
  /// A request that breaks HTTP itself.
  writer broken;
  /// A missing or wrong key.
  writer no_key;
  /// A host that gets nothing without a key.
  writer foreign_host;
  /// There is no such path.
  writer no_route;
  /// Codes that differ.
  std::string_view too_large;
  std::string_view no_scope;
  /// Whether it tells a path that lacks a method from one that is not there.
  bool has_methods;
};

response usual_messaging(int status, std::string_view /*code*/, std::string_view text) {
  return messaging_error(status, text);
}

response messaging_with_code(int status, std::string_view code, std::string_view text) {
  return messaging_error(status, text, {"code", code});
}

response unread_messaging(int status, std::string_view /*code*/, std::string_view text) {
  return messaging_fault(status, text);
}

response messaging_key(int, std::string_view, std::string_view) {
  return messaging_unauthorized();
}

response messaging_route(int status, std::string_view, std::string_view) {
  return messaging_fault(status, "API endpoint not found");
}

response usual_sessions(int status, std::string_view code, std::string_view text) {
  return sessions_error(status, session_code(status, code), text);
}

constexpr std::array rows{
  form_row{.usual = problem,
           .unread = problem,
           .broken = problem,
           .no_key = problem,
           .foreign_host = problem,
           .no_route = problem,
           .too_large = "too_large",
           .no_scope = "missing_scope",
           .has_methods = true},
  form_row{.usual = usual_messaging,
           .unread = unread_messaging,
           .broken = unread_messaging,
           .no_key = messaging_key,
           .foreign_host = messaging_with_code,
           .no_route = messaging_route,
           .too_large = {},
           .no_scope = {},
           .has_methods = false},
  form_row{.usual = services_problem,
           .unread = services_problem,
           .broken = problem,
           .no_key = services_problem,
           .foreign_host = services_problem,
           .no_route = services_problem,
           .too_large = "payload_too_large",
           .no_scope = "forbidden",
           .has_methods = true},
  // What stands before the routes of sessions is that of Messaging Jobs, as the published client knows it.
  form_row{.usual = usual_sessions,
           .unread = unread_messaging,
           .broken = unread_messaging,
           .no_key = messaging_key,
           .foreign_host = messaging_with_code,
           .no_route = messaging_route,
           .too_large = {},
           .no_scope = "forbidden",
           .has_methods = false},
};
static_assert(rows.size() == static_cast<std::size_t>(error_form::sessions) + 1,
              "a row for each form, in the order of the enum");

const form_row& row_of(error_form form) noexcept {
  return rows[static_cast<std::size_t>(form)];
}

} // namespace

response refuse(error_form form, int status, std::string_view code, std::string_view text) {
  return row_of(form).usual(status, code, text);
}

response refuse_for_now(error_form form, int status, std::string_view code, std::string_view text) {
  auto made = refuse(form, status, code, text);
  made.add_header("Retry-After", retry_after_seconds);
  return made;
}

response refuse_route(error_form form) {
  return row_of(form).no_route(404, "not_found", "no such path");
}

response refuse_method(error_form form, std::string_view allow) {
  if (allow.empty() || !row_of(form).has_methods)
    return refuse_route(form);
  auto made = refuse(form, 405, "method_not_allowed", "this path does not support this method");
  made.add_header("Allow", allow);
  return made;
}

response refuse_body(error_form form, std::size_t bytes_max) {
  const auto& row = row_of(form);
  return row.unread(413, row.too_large,
                    "request body is larger than " + std::to_string(bytes_max) + " bytes");
}

response refuse_framing(error_form form, const framing_fault& fault) {
  auto made = row_of(form).broken(fault.status, fault.code, fault.detail);
  made.close_connection();
  if (fault.status == 503)
    made.add_header("Retry-After", retry_after_seconds);
  return made;
}

response refuse_key(error_form form, bool is_presented) {
  auto made = row_of(form).no_key(
    401, "unauthorized",
    is_presented ? "unknown API key"
                 : "an API key is required, as Authorization: Bearer KEY or X-API-Key: KEY");
  made.add_header("WWW-Authenticate", "Bearer realm=\"callboard\"");
  return made;
}

response refuse_host(error_form form, std::string_view text) {
  return row_of(form).foreign_host(403, "host_not_allowed", text);
}

response refuse_coding(error_form form, std::string_view coding) {
  auto made = row_of(form).unread(415, "unsupported_encoding",
                                  "the Content-Encoding " + std::string{coding}
                                    + " is not supported; send the body unencoded");
  // RFC 9110, 15.5.16: so that the client can tell that it is not the media type.
  made.add_header("Accept-Encoding", "identity");
  return made;
}

response refuse_scope(error_form form, std::string_view scope) {
  return refuse(form, 403, row_of(form).no_scope,
                "the API key lacks the scope " + std::string{scope});
}

response refuse_internal(error_form form) {
  return form == error_form::sessions
           ? sessions_error(500, "INTERNAL_SERVER_ERROR", "An unexpected error occurred")
           : refuse(form, 500, "internal", server_failed);
}

} // namespace callboard::http
