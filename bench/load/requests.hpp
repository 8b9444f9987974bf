#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/endpoint.hpp"

namespace callboard::bench {

/// What a load consists of.
enum class scenario : std::uint8_t {
  /// POST of a job; answered once it is created.
  create,
  /// GET of one of some finished jobs.
  get,
  /// POST of a job with `Prefer: wait`; answered once it has ended.
  create_wait,
  /// GET of the list, one page.
  list,
  /// What polling clients do: of 20 requests 14 get one of the newest jobs, 4 create, 1 create+wait,
  /// 1 list.
  mixed,
  /// POST of a message to one of some sessions with `"transport":"http"`; answered with the agent's answer.
  session,
};

/// "create", "get", "create+wait", "list", "mixed", "session".
std::string_view to_string(scenario kind) noexcept;
/// The scenario of that name; no value for anything else.
std::optional<scenario> parse_scenario(std::string_view name) noexcept;

/// What the requests look like.
struct request_options {
  /// Length of each job's content, ASCII; 1–50,000.
  std::size_t content_bytes = 100;
  /// The jobs' agent, a UUID; empty: the server's first one.
  std::string agent_id{};
  /// Creations are of agent jobs of this type in place of messages; empty: of messages.
  std::string job_type_id{};
  /// Sent as a bearer token; empty: none.
  std::string key{};
  /// How long create+wait waits at most. Longer than any job of a healthy server takes.
  unsigned wait_seconds = 30;
  /// `timeoutMs` of each job: the longest that the API takes, so that no job ends by it.
  unsigned time_limit_ms = 300'000;
  /// `limit` of the list; the API's default.
  unsigned page_size = 50;
};

/// All requests that a load may send, as bytes ready for the socket: made once, before the load.
struct request_set {
  std::string create;
  std::string create_wait;
  std::string list;
  /// One for each known job; empty until `add_gets`.
  std::vector<std::string> gets;
  /// A message to each known session; empty until `add_sessions`.
  std::vector<std::string> messages;

  /// @param where goes into the Host field.
  request_set(const endpoint& where, request_options options);

  /// Adds a GET for each of some jobs.
  void add_gets(const std::vector<std::string>& job_ids);

  /// Adds a message to each of some sessions.
  void add_sessions(const std::vector<std::string>& session_ids);

  /// The bytes of a POST that creates a session with an agent.
  std::string create_session(std::string_view agent_id) const;

  /// `request_options::agent_id`.
  const std::string& agent_id() const noexcept {
    return options_.agent_id;
  }

  /// The bytes of a GET of one job.
  std::string get_job(std::string_view id) const;

  /// The bytes of a GET of any path, with the same fields as the others.
  std::string get(std::string_view path) const;

private:
  std::string message_body() const;
  std::string agent_job_body() const;
  std::string post(std::string_view extra_fields) const;
  std::string post_to(std::string_view path, std::string_view extra_fields,
                      const std::string& body) const;

  endpoint where_;
  request_options options_;
};

/// Says which request comes next. The same seed gives the same sequence. One for each thread.
class request_sequence {
public:
  /// @param set must outlive this; holds a GET, or a session, if `kind` needs one.
  request_sequence(const request_set& set, scenario kind, std::uint64_t seed);

  /// The next request's bytes; valid until `learn`.
  std::string_view next() noexcept;

  /// Whether bodies show jobs that are to be looked at; a list's are too long to be kept.
  bool wants_bodies() const noexcept {
    return kind_ != scenario::list;
  }

  /// Takes note of the job that the body of a creation's answer shows: from now on it is read in place
  /// of the one that has been known longest, so that the jobs read are never too old to be held by
  /// the server. Other bodies are ignored.
  void learn(std::string_view body);

private:
  std::string_view any_get() noexcept;
  std::uint64_t random() noexcept;

  const request_set& set_;
  scenario kind_;
  std::uint64_t state_;
  /// The GETs of the newest jobs; `oldest_` is the next to be replaced.
  std::vector<std::string> recent_;
  std::size_t oldest_ = 0;
  /// The session whose turn it is.
  std::size_t session_ = 0;
};

} // namespace callboard::bench
