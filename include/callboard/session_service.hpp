#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include <callboard/error.hpp>
#include <callboard/session.hpp>

namespace callboard {

/// What went wrong with a session, as a code to branch on. The comment says which members of
/// `session_error` are set beside `message`.
enum class session_errc : std::uint8_t {
  /// An argument breaks a documented rule: `field`.
  invalid_argument,
  /// No such session, or another organisation's.
  not_found,
  /// It has ended: `expired_at`.
  expired,
  /// The agent is not configured (any more): `agent_id`.
  agent_not_found,
  /// As many unexpired sessions as allowed: `count`, which is `session_limits::sessions_max`.
  too_many_sessions,
  /// As many messages of the session as allowed wait for their answers: `count` of them.
  too_many_waiting,
  /// The message's job was refused, or no call may wait for its end: `cause`, as
  /// `service::submit` says it (`capacity`, `agent_busy`, `unavailable`).
  job_refused,
  /// The engine takes no changes: it is stopping, or its store fails: `cause`.
  unavailable,
};

/// The stable lower-case name of a code ("too_many_waiting").
std::string_view to_string(session_errc code) noexcept;

/// An expected failure of a session call. What a caller is told is made from the members, not from
/// `message`.
struct session_error {
  session_errc code = session_errc::unavailable;
  /// Lower-case, no full stop, nothing about the inside of the server.
  std::string message = {};
  /// With `invalid_argument`: the member of the argument, as the HTTP API spells it ("timeoutMinutes",
  /// "content", "metadata", "userId", "timeoutMs", "limit").
  std::string field = {};
  /// With `expired`: `session::expires_at`.
  system_time expired_at = {};
  /// With `agent_not_found`.
  uuid agent_id = {};
  /// With `too_many_sessions`: how many are allowed. With `too_many_waiting`: how many wait.
  std::size_t count = 0;
  /// With `job_refused` and `unavailable`: its `message` is the text to show.
  error cause = {};

  friend bool operator==(const session_error&, const session_error&) = default;
};

/// A value or a `session_error`.
template <class T>
using session_result = tl::expected<T, session_error>;

/// Called exactly once with the outcome, on an engine thread or inside the call itself: it must neither
/// block nor throw. (An engine that a fault has stopped destroys it uncalled.)
template <class T>
using session_callback = std::function<void(session_result<T>)>;

/// What one can do with sessions, conversations of a user with an agent: the port that the HTTP server
/// and embedding programs call alike. Every member may be called from any thread and returns at once.
/// What changes something is answered once it is stored.
///
/// Members that name a session fail with `not_found` and `expired`, and do so before they look at their
/// other arguments. A caller that has found a fault in its input, and must say first that the session is
/// not there, asks `get`.
class session_service {
public:
  virtual ~session_service() = default;

  /// Creates a session. Errors: `invalid_argument`, `agent_not_found`, `too_many_sessions`,
  /// `unavailable`.
  virtual void create(new_session wanted, session_callback<session_state> done) = 0;

  /// A session as it stands; no activity.
  virtual void get(session_ref ref, session_callback<session_state> done) = 0;

  /// Unexpired sessions, newest first, at most `limit` (1–1000).
  /// @param organisation whose; empty: everybody's
  virtual void list(std::string organisation, std::size_t limit,
                    session_callback<session_list> done)
    = 0;

  /// How sessions of all organisations are; never fails.
  virtual void health(std::function<void(session_health)> done) = 0;

  /// Renews a session, whatever its `auto_renew` is. Errors also: `unavailable`.
  virtual void renew(session_ref ref, session_callback<session_state> done) = 0;

  /// Notes activity, and renews the session if its `auto_renew` says so. Errors also: `unavailable`.
  virtual void heartbeat(session_ref ref, session_callback<session_state> done) = 0;

  /// Changes the timeouts that are given; the others stay. It is neither a renewal nor activity; the
  /// new end may have passed. Errors also: `invalid_argument`, `unavailable`.
  virtual void change_timeouts(session_ref ref, session_timeout_change change,
                               session_callback<session_state> done)
    = 0;

  /// Deletes a session, an expired one too, with its messages; cancels its live jobs. Hands over what it
  /// was. Errors: `not_found`, `unavailable`.
  virtual void remove(session_ref ref, session_callback<session_state> done) = 0;

  /// Takes a message of the user: it, the renewal (without `auto_renew` only the activity) and its job
  /// are stored together. The jobs of a session run one after another in the order in which their
  /// messages were taken; each starts when the one before it has ended, however. A refusal stores and
  /// renews nothing. Errors also, in this order: `invalid_argument`, `agent_not_found`,
  /// `too_many_waiting`, `job_refused`, `unavailable`.
  /// @param accepted called once the message is stored, or refused.
  /// @param ended called after `accepted`, once, when the job is terminal (it has a deadline) or the
  /// engine stops; not called after a refusal. Empty: the caller does not wait. A call that waits is one
  /// of `engine_options::waiters_max`; beyond these the message is refused.
  virtual void send(session_ref ref, new_session_message what,
                    session_callback<sent_message> accepted, std::function<void(message_end)> ended)
    = 0;

  /// A page of messages; `query.session_id` is set by the engine. Errors also: `invalid_argument`,
  /// `unavailable` (store).
  virtual void messages(session_ref ref, session_message_query query,
                        session_callback<session_message_page> done)
    = 0;

  /// The same calls for threads that may block: the future becomes ready with the callback's argument.
  std::future<session_result<session_state>> create(new_session wanted);
  std::future<session_result<session_state>> get(session_ref ref);
  std::future<session_result<session_list>> list(std::string organisation,
                                                 std::size_t limit = 1000);
  std::future<session_result<session_state>> renew(session_ref ref);
  std::future<session_result<session_state>> heartbeat(session_ref ref);
  std::future<session_result<session_state>> change_timeouts(session_ref ref,
                                                             session_timeout_change change);
  std::future<session_result<session_state>> remove(session_ref ref);
  std::future<session_result<session_message_page>> messages(session_ref ref,
                                                             session_message_query query = {});
  /// Takes a message and does not wait for its answer.
  std::future<session_result<sent_message>> send(session_ref ref, new_session_message what);
  /// Takes a message and waits for its end. Errors: those of `send`.
  std::future<session_result<message_end>> ask(session_ref ref, new_session_message what);
};

} // namespace callboard
