#pragma once

#include <callboard/agents.hpp>
#include <callboard/error.hpp>

#include "agents/http/address_policy.hpp"
#include "agents/service_thread.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callboard {

namespace agents {

/// A longer response body is a fault. As for all JSON from outside.
inline constexpr std::size_t response_bytes_max = json_limits{}.bytes_max;

/// Longer response heads are a fault: status lines and headers, those of interim responses and the
/// trailers included. libcurl takes heads of up to 300 KB, and keeps trailers without a limit.
inline constexpr std::size_t response_head_bytes_max = 256 * 1024;
/// More lines in them are a fault, too: libcurl needs some 100 bytes for each, however short it is.
inline constexpr std::size_t response_head_lines_max = 1000;

/// A POST to be made.
struct http_request {
  /// Checked by `check_url` before.
  std::string url;
  /// Whole lines, "Name: value".
  std::vector<std::string> headers;
  std::string body;
  /// Limit until the response is complete; none: no limit.
  std::optional<std::chrono::milliseconds> timeout;
};

/// Why there is no complete response.
enum class http_fault : std::uint8_t {
  /// There is one.
  none,
  /// The host's name is not known.
  unknown_host,
  /// All addresses of the host are refused (`outbound_options`).
  refused_address,
  /// Connections are refused there, or not accepted in time.
  no_connection,
  /// TLS could not be agreed upon.
  tls,
  /// The certificate is not trusted or is for another host.
  untrusted,
  /// The connection ended before the first byte.
  no_response,
  /// The connection ended within the response.
  cut_off,
  /// What came is not HTTP.
  not_http,
  /// The body is longer than `response_bytes_max`.
  too_large,
  /// The head is longer than `response_head_bytes_max`, or has too many lines.
  head_too_large,
  /// The request's time is up.
  timeout,
  /// The client was destroyed meanwhile.
  stopped,
  /// Anything else.
  other,
};

/// What became of a request.
struct http_response {
  http_fault fault = http_fault::none;
  /// The status, as soon as the head of the response was read; else 0.
  int status = 0;
  /// The body as far as it was read.
  std::string body;
  /// The value of `Retry-After`; empty: none.
  std::string retry_after;
};

/// The time that a `Retry-After` header asks for: seconds, or an HTTP date seen from `now`. Dates in
/// the past are no wait. No value for anything else.
std::optional<std::chrono::milliseconds> parse_retry_after(
  const std::string& value, std::chrono::system_clock::time_point now);

class http_loop;

} // namespace agents

/// As the public function of that name.
/// @param connections_max connections at once, ≥ 1; requests beyond that wait.
result<std::shared_ptr<outbound_http>> make_outbound_http(outbound_options options,
                                                          std::size_t connections_max);

/// Makes POST requests, all on one thread. Connections are kept and used again; redirects are not
/// followed; proxies of the environment are not used. Any thread may call.
class outbound_http {
public:
  /// Names a request; never 0, never used twice.
  using request_id = std::uint64_t;
  /// Takes the response, on the client's thread. It must not block nor throw.
  using response_handler = std::function<void(agents::http_response)>;

  /// Connections at once by default; those that are kept idle count.
  static constexpr std::size_t default_connections_max = 50'000;

  /// @param ca_bundle file with the certificates to trust, PEM; empty: the system's. A change of it
  /// counts within seconds.
  /// @param connections_max connections at once, ≥ 1. Requests beyond that, and those for which the
  /// process has no descriptor, begin later, in their order.
  explicit outbound_http(agents::address_policy policy = {}, std::string ca_bundle = {},
                         std::size_t connections_max = default_connections_max);

  /// Ends what is under way; the handlers hear `http_fault::stopped`.
  ~outbound_http();

  outbound_http(const outbound_http&) = delete;
  outbound_http& operator=(const outbound_http&) = delete;

  /// Begins a request and returns at once; `done` is called once, unless the request is aborted.
  request_id post(agents::http_request request, response_handler done);

  /// Closes a request without calling its handler (which may be running just now). Unknown ids and
  /// those of ended requests are ignored.
  void abort(request_id id);

private:
  std::shared_ptr<agents::http_loop> loop_;
  agents::service_thread thread_;
};

} // namespace callboard
