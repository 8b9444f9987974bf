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

/// What a key opens. The texts are those of the configuration ("SERVICES:READ").
enum class api_scope : std::uint8_t { messaging, services_read, services_write, jobs, operations };

/// A key as the configuration holds it: never the key, only its digest.
struct api_key {
  /// For people and logs.
  std::string name = {};
  /// SHA-256 of the key.
  std::array<std::uint8_t, 32> sha256 = {};
  /// Whose jobs it sees.
  std::string organisation = "default";
  std::set<api_scope> scopes = {};
};

/// How much clients may ask of the APIs: so often in any `window`, all at once or spread over it; beyond
/// it 429. 0: as often as they like. An address is one IPv4 address or one /64 network with IPv6.
struct rate_limits {
  /// Requests with one key.
  std::size_t requests_per_key = 0;
  /// Requests from one address.
  std::size_t requests_per_address = 0;
  /// Requests from one address with keys that the server does not know. Those with a right key are
  /// served all the same: others may share the address.
  std::size_t failed_keys_per_address = 20;
  /// ≥ 1 s.
  std::chrono::seconds window{60};
};

/// Which requests the log is told of.
enum class log_choice : std::uint8_t {
  off,
  /// Those that were answered 5xx, or after more than a second though the client did not ask to wait.
  failures,
  all
};

/// What can be set about the HTTP server. The defaults are the program's.
struct http_options {
  /// Address to listen on.
  std::string address = "127.0.0.1";
  /// 0: any free port; `http_server::port` tells which.
  std::uint16_t port = 3000;
  /// Threads that serve connections; 0: from the machine's cores.
  std::size_t threads = 0;
  /// Keys; while none is given `/api/*` is open.
  std::vector<api_key> keys = {};
  /// What opens `/services/*` and `/organizations/*`, which always need a key, while `keys` is empty.
  std::optional<api_key> development_key = {};
  /// The organisations that jobs can be for, besides the caller's own.
  std::vector<organisation> organisations = {};
  /// What agent jobs can be made of.
  std::vector<job_type> job_types = {};
  /// Listen on other than loopback addresses without any key.
  bool allow_insecure = false;
  /// How clients reach this server ("https://jobs.example.com"); counts as an own origin.
  std::string public_url = {};
  /// Origins of web pages that may call; "*": any.
  std::vector<std::string> allowed_origins = {};
  /// PEM files; both or none. With them the server speaks TLS 1.2 and up only.
  std::string tls_certificate = {};
  std::string tls_private_key = {};
  /// Longest request body; beyond it 413.
  std::size_t body_bytes_max = 2 * 1024 * 1024;
  /// Connections at once; ≥ 1. Each costs a descriptor and about 6 KiB.
  std::size_t connections_max = 10'000;
  /// Connections from one address at once (from one /64 network with IPv6); 0: as many as there are.
  std::size_t connections_per_address_max = 0;
  /// Bytes of answers over 16 KiB that may be held until clients have read them; ≥ 16 MiB. Beyond it
  /// connections end whose clients have taken nothing for the longest time, and lists are answered 503.
  /// Several of the largest lists, and little beside the memory of a server.
  std::size_t unsent_bytes_max = 256 * 1024 * 1024;
  /// Bytes that requests may hold, all together, before they have come as a whole; ≥ 16 MiB. What comes in
  /// one piece, and requests up to 4 KiB, do not count. Beyond it those whose clients have stopped sending
  /// are answered 503, else the one that needs more. More than a hundred of the largest bodies.
  std::size_t unread_bytes_max = 256 * 1024 * 1024;
  rate_limits rates = {};
  /// Whether `connections_max` was asked for: then a limit on descriptors that is too low is an
  /// error, else the number is lowered to what fits.
  bool connections_max_is_explicit = false;
  /// What POST /api/messaging/jobs uses without `timeoutMs`; 1–300 s.
  std::chrono::milliseconds default_time_limit{30'000};
  /// Bounds of the Sessions API, as `engine_options` has them.
  session_limits sessions{};
  /// Retries of scheduled jobs that bring no policy, and what theirs leave out; as `engine_options` has it.
  std::optional<retry_policy> run_retry = {};
  /// How long the head of a request may take to arrive; beyond it 408. ≥ 1 ms. Long enough for a bad
  /// mobile connection; clients that drip their bytes hold a connection no longer than that.
  std::chrono::milliseconds head_limit{10'000};
  /// How long a connection may idle between requests, and the body of a request may take to arrive.
  std::chrono::seconds idle_limit{60};
  /// How long no client must have connected before the server connects to itself to see whether it still
  /// takes connections (see `http_server::on_fatal`); 0: never. Long enough to cost nothing.
  std::chrono::milliseconds watchdog_interval{30'000};
  /// After so much silence a comment is sent in streams of events, so that nobody in between takes the
  /// connection for dead; ≥ 100 ms. Shorter than what proxies usually wait, a minute.
  std::chrono::milliseconds stream_comment_interval{15'000};
  /// Counts only where there is a log.
  log_choice logged_requests = log_choice::all;
};

/// One line of what happened, for whoever keeps the log.
struct http_log_entry {
  std::string_view request_id = {};
  std::string_view method = {};
  /// Path without the query.
  std::string_view path = {};
  int status = 0;
  std::chrono::microseconds took{0};
  /// Name of the key used; empty without one.
  std::string_view key_name = {};
  /// The job that it was about, or that it made; empty if there was none.
  std::string_view job_id = {};
};

/// Serves a `service` over HTTP/1.1.
class http_server {
public:
  /// Listens and serves. `jobs` must outlive the server. Errors: `invalid_argument` (options),
  /// `io` (address in use, no such certificate, too few descriptors).
  /// @param callbacks answers POST /agents/tasks/:id/result; may be null: then it is 404.
  /// @param log told of answered requests, on a server thread; may be empty.
  ///   `http_options::logged_requests` says of which.
  static result<http_server> start(http_options options, service& jobs,
                                   std::shared_ptr<task_callbacks> callbacks = nullptr,
                                   std::function<void(const http_log_entry&)> log = {});

  http_server(http_server&&) noexcept;
  http_server& operator=(http_server&&) noexcept;
  /// `stop(0 ms)`.
  ~http_server();

  /// The port it listens on.
  std::uint16_t port() const noexcept;

  /// Bytes of answers over 16 KiB that clients have asked for and not read yet. From any thread.
  std::size_t unsent_bytes() const;

  /// Bytes that requests hold which have not come as a whole. From any thread.
  std::size_t unread_bytes() const;

  /// Told once, on a thread of the server, when it takes no connections any more although it should: end
  /// the process. Must not destroy or stop the server.
  void on_fatal(std::function<void(std::string_view)> told);

  /// Takes no new connections; from now on `/readyz` says 503 and answers close their connection.
  void stop_accepting();

  /// `stop_accepting`, waits until the requests in flight are answered, at most `grace`, and ends.
  void stop(std::chrono::milliseconds grace);

private:
  struct implementation;
  explicit http_server(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard
