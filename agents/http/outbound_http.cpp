#include "agents/http/outbound_http.hpp"

#include "agents/http/http_loop.hpp"

#include <curl/curl.h>

#include <charconv>
#include <utility>

namespace callboard {

namespace agents {

namespace {

/// No retry waits more than a year; keeps sums of times within range.
constexpr std::chrono::seconds retry_after_max{366 * 24 * 3600};

} // namespace

std::optional<std::chrono::milliseconds> parse_retry_after(
  const std::string& value, std::chrono::system_clock::time_point now) {
  using std::chrono::seconds;
  if (value.empty())
    return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string::npos) {
    std::int64_t count = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), count);
    // More digits than the type holds: longer than anybody waits.
    return parsed.ec == std::errc{} ? std::min(seconds{count}, retry_after_max) : retry_after_max;
  }
  // The date parser takes much that is no HTTP date; those begin with the name of a day.
  const auto at = curl_getdate(value.c_str(), nullptr);
  if (at < 0 || value.front() < 'A' || value.front() > 'Z')
    return std::nullopt;
  const auto wait = std::chrono::ceil<seconds>(std::chrono::system_clock::from_time_t(at) - now);
  return std::clamp(wait, seconds{0}, retry_after_max);
}

} // namespace agents

using namespace agents;

outbound_http::outbound_http(address_policy policy, std::string ca_bundle,
                             std::size_t connections_max)
  : loop_(std::make_shared<http_loop>(std::move(policy), std::move(ca_bundle), connections_max)),
    thread_([held = loop_] { held->run(); }) {
  // nop
}

outbound_http::~outbound_http() {
  loop_->stop();
}

outbound_http::request_id outbound_http::post(http_request request, response_handler done) {
  return loop_->post(std::move(request), std::move(done));
}

void outbound_http::abort(request_id id) {
  loop_->abort(id);
}

result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options,
                                                          std::size_t connections_max) {
  auto policy = address_policy::make(options);
  if (!policy)
    return tl::unexpected(std::move(policy.error()));
  return std::make_shared<outbound_http>(*std::move(policy), std::string{}, connections_max);
}

result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options) {
  return make_outbound_http(std::move(options), outbound_http::default_connections_max);
}

std::shared_ptr<outbound_http> make_outbound_http() {
  return std::make_shared<outbound_http>(address_policy{});
}

} // namespace callboard
