#include "http/pipeline/cors.hpp"

#include <algorithm>

#include "http/framing/address.hpp"
#include "http/pipeline/api_area.hpp"

namespace callboard::http {

namespace {

constexpr std::string_view preflight_methods = "GET,POST,PUT,DELETE,PATCH,OPTIONS";
constexpr std::string_view preflight_headers
  = "Content-Type,Authorization,X-API-KEY,Prefer,If-Match,X-Request-Id";
constexpr std::string_view exposed_headers
  = "ETag,Link,Location,Preference-Applied,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id";
/// How long a browser may remember a preflight: ten minutes, the most that Chromium once took.
constexpr std::string_view preflight_seconds = "600";

constexpr std::string_view foreign_page = "requests from this origin are not allowed";
constexpr std::string_view foreign_host
  = "no API key is configured: only requests to localhost, a loopback address or the host of "
    "publicUrl are allowed";

bool changes_something(method verb) noexcept {
  return verb != method::get && verb != method::head && verb != method::options;
}

/// What a request says of where it goes; empty if it does not, as HTTP/1.0 may. A target that names a
/// host counts before the header.
std::string_view host_of(const request& asked) noexcept {
  if (asked.target.starts_with('/'))
    return asked.header("Host").value_or("");
  const auto from = asked.target.find("://") + 3;
  return asked.target.substr(from, asked.target.find_first_of("/?", from) - from);
}

} // namespace

cors_policy::cors_policy(const http_options& options)
  : public_origin_(normal_origin(options.public_url)),
    public_host_(host_of_url(options.public_url)),
    scheme_(options.tls_certificate.empty() ? "http" : "https") {
  for (const auto& each : options.allowed_origins) {
    if (each == "*")
      takes_any_ = true;
    else
      listed_.push_back(normal_origin(each));
  }
}

cors_policy::standing cors_policy::standing_of(const request& asked,
                                               std::string_view origin) const {
  const auto normal = normal_origin(origin);
  if (std::find(listed_.begin(), listed_.end(), normal) != listed_.end())
    return standing::listed;
  if (normal == public_origin_ && !normal.empty())
    return standing::own;
  // A page can only have come from here if its address is the one that the request went to. A name
  // does not count: whoever owns it can point it at this machine after the page was loaded.
  const auto host = host_of(asked);
  if (is_fixed_host(host) && normal == normal_origin(scheme_ + "://" + std::string{host}))
    return standing::own;
  return takes_any_ ? standing::any : standing::foreign;
}

std::string_view cors_policy::fault_of_open(const request& asked, standing where) const {
  const auto host = normal_host(host_of(asked));
  if (!is_local_host(host) && (public_host_.empty() || host != public_host_))
    return foreign_host;
  return where == standing::foreign ? foreign_page : std::string_view{};
}

std::optional<response> cors_policy::judge(const request& asked, bool is_open,
                                           response& every_answer) const {
  if (takes_any_ || !listed_.empty())
    every_answer.add_header("Vary", "Origin");
  const auto origin = asked.header("Origin");
  const auto where = origin ? standing_of(asked, *origin) : standing::own;
  if (where == standing::listed || where == standing::any) {
    every_answer.add_header("Access-Control-Allow-Origin", *origin);
    every_answer.add_header("Access-Control-Expose-Headers", exposed_headers);
  }
  if (where == standing::listed)
    every_answer.add_header("Access-Control-Allow-Credentials", "true");
  const auto form = area_of(asked.segments).form;
  if (is_open)
    if (const auto fault = fault_of_open(asked, where); !fault.empty())
      return refuse_host(form, fault);
  const auto is_preflight
    = origin && asked.verb == method::options && asked.header("Access-Control-Request-Method");
  if (where == standing::foreign && (is_preflight || changes_something(asked.verb)))
    return refuse(form, 403, "foreign_origin", foreign_page);
  if (!is_preflight)
    return std::nullopt;
  response allowed{204};
  allowed.add_header("Access-Control-Allow-Methods", preflight_methods);
  allowed.add_header("Access-Control-Allow-Headers", preflight_headers);
  allowed.add_header("Access-Control-Max-Age", preflight_seconds);
  return allowed;
}

} // namespace callboard::http
