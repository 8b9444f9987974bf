#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/job_type.hpp>
#include <callboard/service.hpp>
#include <callboard/session.hpp>
#include <callboard/task_callbacks.hpp>

namespace callboard {

/// What a key allows. The configuration uses the same names ("SERVICES:READ").
enum class api_scope : std::uint8_t { messaging, services_read, services_write, jobs, operations };

/// A key as the configuration holds it: never the key, only its digest.
struct api_key {
  /// For people and logs.
  std::string name = {};
  /// SHA-256 of the key.
  std::array<std::uint8_t, 32> sha256 = {};
  /// The organisation whose jobs it can see.
  std::string organisation = "default";
  std::set<api_scope> scopes = {};
};

/// Rate limits: requests per `window`, at once or spread over it; beyond them 429. 0: no limit. An address
/// is one IPv4 address or one IPv6 /64 network.
struct rate_limits {
  /// Requests with one key.
  std::size_t requests_per_key = 0;
  /// Requests from one address.
  std::size_t requests_per_address = 0;
  /// Requests from one address with unknown keys. Requests with a valid key are still served: others may
  /// share the address.
  std::size_t failed_keys_per_address = 20;
  /// ≥ 1 s.
  std::chrono::seconds window{60};
};

/// Which requests are logged.
enum class log_choice : std::uint8_t {
  off,
  /// Those answered with 5xx, or after more than a second without a wait.
  failures,
  all
};

/// Settings of the HTTP server. The defaults are the program's.
struct http_options {
  /// Address to listen on.
  std::string address = "127.0.0.1";
  /// 0: a free port; `http_server::port` returns it.
  std::uint16_t port = 3000;
  /// Threads that serve connections; 0: derived from the number of cores.
  std::size_t threads = 0;
  /// API keys; without any, `/api/*` is open.
  std::vector<api_key> keys = {};
  /// The key for `/services/*` and `/organizations/*`, which always require one, while `keys` is empty.
  std::optional<api_key> development_key = {};
  /// The organisations that jobs can belong to, besides the caller's own.
  std::vector<organisation> organisations = {};
  /// The job types of the Agent Jobs API.
  std::vector<job_type> job_types = {};
  /// Allows listening on other than loopback addresses without a key.
  bool allow_insecure = false;
  /// URL at which clients reach this server ("https://jobs.example.com"); counts as an own origin.
  std::string public_url = {};
  /// Origins of web pages that may call; "*": any.
  std::vector<std::string> allowed_origins = {};
  /// PEM files; both or none. With them the server only accepts TLS, 1.2 and later.
  std::string tls_certificate = {};
  std::string tls_private_key = {};
  /// Maximum size of a request body; beyond it 413.
  std::size_t body_bytes_max = 2 * 1024 * 1024;
  /// Connections at once; ≥ 1. Each costs a descriptor and about 6 KiB.
  std::size_t connections_max = 10'000;
  /// Connections at once from one address (one IPv6 /64 network); 0: no limit.
  std::size_t connections_per_address_max = 0;
  /// Bytes of unread responses over 16 KiB, in total; ≥ 16 MiB. Beyond it the connections whose clients
  /// have read nothing for the longest time are closed, and lists are answered with 503. Enough for
  /// several of the largest lists, and little compared with the memory of a server.
  std::size_t unsent_bytes_max = 256 * 1024 * 1024;
  /// Bytes of incomplete requests, in total; ≥ 16 MiB. Requests that arrive in one piece or have at most
  /// 4 KiB do not count. Beyond it requests whose clients have stopped sending are answered with 503, or
  /// else the one that needs more. Enough for more than a hundred of the largest bodies.
  std::size_t unread_bytes_max = 256 * 1024 * 1024;
  rate_limits rates = {};
  /// Whether `connections_max` was configured: then a descriptor limit that is too low is an error;
  /// otherwise the number is lowered to what fits.
  bool connections_max_is_explicit = false;
  /// Time limit of a message without `timeoutMs`; 1–300 s.
  std::chrono::milliseconds default_time_limit{30'000};
  /// Limits of the Sessions API, as in `engine_options`.
  session_limits sessions{};
  /// Retries of scheduled jobs without a policy, and defaults for incomplete ones; as in `engine_options`.
  std::optional<retry_policy> run_retry = {};
  /// Time for the head of a request to arrive; beyond it 408. ≥ 1 ms. Long enough for a poor mobile
  /// connection; a client that sends its bytes slowly holds a connection no longer.
  std::chrono::milliseconds head_limit{10'000};
  /// Idle time between requests, and time for the body of a request to arrive.
  std::chrono::seconds idle_limit{60};
  /// After this time without a new connection the server connects to itself, to check that it still
  /// accepts connections (see `http_server::on_fatal`); 0: never. Long enough to cost nothing.
  std::chrono::milliseconds watchdog_interval{30'000};
  /// After this silence a comment is sent in event streams, so that no proxy considers the connection
  /// dead; ≥ 100 ms. Shorter than the usual timeout of proxies, a minute.
  std::chrono::milliseconds stream_comment_interval{15'000};
  /// Applies only if there is a log.
  log_choice logged_requests = log_choice::all;
};

/// One answered request, for the log.
struct http_log_entry {
  std::string_view request_id = {};
  std::string_view method = {};
  /// Path without the query.
  std::string_view path = {};
  int status = 0;
  std::chrono::microseconds took{0};
  /// Name of the key used; empty without one.
  std::string_view key_name = {};
  /// The job that it named or created; empty if none.
  std::string_view job_id = {};
};

/// Serves a `service` over HTTP/1.1.
class http_server {
public:
  /// Listens and serves. `jobs` must outlive the server. Errors: `invalid_argument` (options),
  /// `io` (address in use, no such certificate, too few descriptors).
  /// @param callbacks handles POST /agents/tasks/:id/result; null: the route is 404.
  /// @param log called for answered requests, on a server thread; may be empty.
  ///   `http_options::logged_requests` selects which.
  static result<http_server> start(http_options options, service& jobs,
                                   std::shared_ptr<task_callbacks> callbacks = nullptr,
                                   std::function<void(const http_log_entry&)> log = {});

  http_server(http_server&&) noexcept;
  http_server& operator=(http_server&&) noexcept;
  /// `stop(0 ms)`.
  ~http_server();

  /// The port it listens on.
  std::uint16_t port() const noexcept;

  /// Bytes of unread responses over 16 KiB. From any thread.
  std::size_t unsent_bytes() const;

  /// Bytes of incomplete requests. From any thread.
  std::size_t unread_bytes() const;

  /// Called at most once, on a server thread, if the server unexpectedly no longer accepts connections: end
  /// the process. It must not destroy or stop the server.
  void on_fatal(std::function<void(std::string_view)> told);

  /// Stops accepting connections; from now on `/readyz` is 503 and responses close their connection.
  void stop_accepting();

  /// `stop_accepting`, then waits up to `grace` for requests in flight to be answered, and stops.
  void stop(std::chrono::milliseconds grace);

private:
  struct implementation;
  explicit http_server(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard
