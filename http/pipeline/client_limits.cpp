#include "http/pipeline/client_limits.hpp"

#include <algorithm>
#include <string>

namespace callboard::http {

namespace {

constexpr std::string_view code = "too_many_requests";

/// Says what is left of a quota, as draft-ietf-httpapi-ratelimit-headers has it; lines of several
/// quotas are one list.
void tell(const rate_limit& of, const rate_state& state, std::string_view name,
          response& every_answer) {
  const auto quoted = '"' + std::string{name} + '"';
  every_answer.add_header("RateLimit-Policy", quoted + ";q=" + std::to_string(of.count)
                                                + ";w=" + std::to_string(of.window.count()));
  const auto until = state.left > 0 ? state.until_all : state.until_next;
  every_answer.add_header("RateLimit", quoted + ";r=" + std::to_string(state.left)
                                         + ";t=" + std::to_string(seconds_until(until).count()));
}

response refuse_many(error_form form, const rate_state& state, std::string_view text) {
  auto made = refuse(form, 429, code, text);
  const auto seconds = std::max<std::int64_t>(1, seconds_until(state.until_next).count());
  made.add_header("Retry-After", std::to_string(seconds));
  return made;
}

} // namespace

client_limits::client_limits(const rate_limits& limits)
  : of_addresses_({limits.requests_per_address, limits.window}),
    of_keys_({limits.requests_per_key, limits.window}),
    of_failures_({limits.failed_keys_per_address, limits.window}) {
  // nop
}

std::optional<response> client_limits::count_address(const request& asked, error_form form,
                                                     steady_time now, response& every_answer) {
  if (!of_addresses_.is_limited())
    return std::nullopt;
  const auto state = of_addresses_.take(asked.from, now);
  tell(of_addresses_.limit(), state, "address", every_answer);
  if (state.is_granted)
    return std::nullopt;
  return refuse_many(form, state, "too many requests from this address");
}

std::optional<response> client_limits::count_key(const api_key& key, error_form form,
                                                 steady_time now, response& every_answer) {
  if (!of_keys_.is_limited())
    return std::nullopt;
  client_source digest{};
  std::copy_n(key.sha256.begin(), digest.size(), digest.begin());
  const auto state = of_keys_.take(digest, now);
  tell(of_keys_.limit(), state, "key", every_answer);
  if (state.is_granted)
    return std::nullopt;
  return refuse_many(form, state, "too many requests with this key");
}

std::optional<response> client_limits::count_failed_key(const request& asked, error_form form,
                                                        steady_time now) {
  if (!of_failures_.is_limited())
    return std::nullopt;
  const auto state = of_failures_.take(asked.from, now);
  if (state.is_granted)
    return std::nullopt;
  auto made = refuse_many(form, state, "too many unknown API keys from this address");
  // Whoever tries keys pays with a connection for each.
  made.close_connection();
  return made;
}

} // namespace callboard::http
