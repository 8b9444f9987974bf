#include "http/pipeline/api_area.hpp"

#include <array>
#include <string>

#include "http/api/messaging/messaging_json.hpp"
#include "http/message/problem.hpp"
#include "http/message/services_problem.hpp"

namespace callboard::http {

namespace {

constexpr std::array areas{
  api_area{"api/messaging", error_form::messaging, api_scope::messaging, api_scope::messaging,
           false},
  api_area{"api/jobs", error_form::services, api_scope::jobs, api_scope::jobs, false, true},
  api_area{"services", error_form::services, api_scope::services_read, api_scope::services_write,
           true},
  api_area{"organizations", error_form::services, api_scope::services_read,
           api_scope::services_write, true},
  api_area{"api/events", error_form::problem, {}, {}, false},
  api_area{"api/webhooks", error_form::problem, {}, {}, false},
  api_area{"api/workers", error_form::problem, {}, {}, false},
  api_area{"api/admin", error_form::problem, {}, {}, false},
  // Clients of the Messaging API call more below it than jobs.
  api_area{"api", error_form::messaging, {}, {}, false},
  api_area{"", error_form::problem, {}, {}, false},
};

bool begins_with(const path_segments& path, std::string_view prefix) noexcept {
  for (std::size_t i = 0; !prefix.empty(); ++i) {
    const auto segment = prefix.substr(0, prefix.find('/'));
    if (i == path.size() || path[i] != segment)
      return false;
    prefix.remove_prefix(std::min(prefix.size(), segment.size() + 1));
  }
  return true;
}

bool begins_with(std::string_view path, std::string_view prefix) noexcept {
  if (prefix.empty())
    return true;
  path.remove_prefix(std::min<std::size_t>(path.size(), 1));
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

template <class Path>
const api_area& find(const Path& path) noexcept {
  for (const auto& each : areas)
    if (begins_with(path, each.prefix))
      return each;
  return areas.back();
}

} // namespace

const api_area& area_of(const path_segments& path) noexcept {
  return find(path);
}

const api_area& area_of(std::string_view raw_path) noexcept {
  return find(raw_path);
}

response refuse(error_form form, int status, std::string_view code, std::string_view text) {
  switch (form) {
    case error_form::messaging:
      return messaging_error(status, text);
    case error_form::services:
      return services_problem(status, code, text);
    case error_form::problem:
      break;
  }
  return problem(status, code, text);
}

response refuse_route(error_form form) {
  return form == error_form::messaging ? messaging_fault(404, "API endpoint not found")
                                       : refuse(form, 404, "not_found", "no such path");
}

response refuse_body(error_form form, std::size_t bytes_max) {
  const auto text = "request body is larger than " + std::to_string(bytes_max) + " bytes";
  if (form == error_form::messaging)
    return messaging_fault(413, text);
  return refuse(form, 413, form == error_form::services ? "payload_too_large" : "too_large", text);
}

response refuse_framing(error_form form, const framing_fault& fault) {
  auto made = form == error_form::messaging ? messaging_fault(fault.status, fault.detail)
                                            : problem(fault.status, fault.code, fault.detail);
  made.close_connection();
  if (fault.status == 503)
    made.add_header("Retry-After", "1");
  return made;
}

response refuse_key(error_form form, bool is_presented) {
  constexpr std::string_view missing
    = "an API key is required, as Authorization: Bearer KEY or X-API-Key: KEY";
  auto made = form == error_form::messaging
                ? messaging_unauthorized()
                : refuse(form, 401, "unauthorized", is_presented ? "unknown API key" : missing);
  made.add_header("WWW-Authenticate", "Bearer realm=\"callboard\"");
  return made;
}

response refuse_host(error_form form, std::string_view text) {
  constexpr std::string_view code = "host_not_allowed";
  return form == error_form::messaging ? messaging_error(403, text, {"code", code})
                                       : refuse(form, 403, code, text);
}

response refuse_coding(error_form form, std::string_view coding) {
  constexpr int status = 415;
  const auto text
    = "the Content-Encoding " + std::string{coding} + " is not supported; send the body unencoded";
  auto made = form == error_form::messaging ? messaging_fault(status, text)
                                            : refuse(form, status, "unsupported_encoding", text);
  // RFC 9110, 15.5.16: so that the client can tell that it is not the media type.
  made.add_header("Accept-Encoding", "identity");
  return made;
}

response refuse_scope(error_form form, std::string_view scope) {
  return refuse(form, 403, form == error_form::services ? "forbidden" : "missing_scope",
                "the API key lacks the scope " + std::string{scope});
}

} // namespace callboard::http
