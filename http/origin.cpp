#include "http/origin.hpp"

#include <algorithm>

#include "http/address.hpp"
#include "http/area.hpp"

namespace callboard::http {

namespace {

constexpr std::string_view preflight_methods = "GET,POST,PUT,DELETE,PATCH,OPTIONS";
constexpr std::string_view preflight_headers
  = "Content-Type,Authorization,X-API-KEY,Prefer,X-Request-Id";
constexpr std::string_view exposed_headers
  = "Location,Preference-Applied,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id";
/// How long a browser may remember a preflight: ten minutes, the most that Chromium once took.
constexpr std::string_view preflight_seconds = "600";

bool changes_something(method verb) noexcept {
  return verb != method::get && verb != method::head && verb != method::options;
}

} // namespace

origin_policy::origin_policy(const http_options& options)
  : public_origin_(normal_origin(options.public_url)),
    scheme_(options.tls_certificate.empty() ? "http" : "https") {
  for (const auto& each : options.allowed_origins) {
    if (each == "*")
      takes_any_ = true;
    else
      listed_.push_back(normal_origin(each));
  }
}

origin_policy::standing origin_policy::standing_of(const request& asked,
                                                   std::string_view origin) const {
  const auto normal = normal_origin(origin);
  if (std::find(listed_.begin(), listed_.end(), normal) != listed_.end())
    return standing::listed;
  if (normal == public_origin_ && !normal.empty())
    return standing::own;
  // A page can only have come from here if its address is the one that the request went to. A name
  // does not count: whoever owns it can point it at this machine after the page was loaded.
  const auto host = asked.header("Host");
  if (host && is_fixed_host(*host) && normal == normal_origin(scheme_ + "://" + std::string{*host}))
    return standing::own;
  return takes_any_ ? standing::any : standing::foreign;
}

std::optional<response> origin_policy::judge(const request& asked, response& every_answer) const {
  if (takes_any_ || !listed_.empty())
    every_answer.add_header("Vary", "Origin");
  const auto origin = asked.header("Origin");
  if (!origin)
    return std::nullopt;
  const auto where = standing_of(asked, *origin);
  if (where == standing::listed || where == standing::any) {
    every_answer.add_header("Access-Control-Allow-Origin", *origin);
    every_answer.add_header("Access-Control-Expose-Headers", exposed_headers);
  }
  if (where == standing::listed)
    every_answer.add_header("Access-Control-Allow-Credentials", "true");
  const auto is_preflight
    = asked.verb == method::options && asked.header("Access-Control-Request-Method");
  if (where == standing::foreign && (is_preflight || changes_something(asked.verb)))
    return refuse(area_of(asked.segments).form, 403, "foreign_origin",
                  "requests from this origin are not allowed");
  if (!is_preflight)
    return std::nullopt;
  response allowed{204};
  allowed.add_header("Access-Control-Allow-Methods", preflight_methods);
  allowed.add_header("Access-Control-Allow-Headers", preflight_headers);
  allowed.add_header("Access-Control-Max-Age", preflight_seconds);
  return allowed;
}

} // namespace callboard::http
