#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include <callboard/job.hpp>
#include <callboard/json_text.hpp>
#include <callboard/time.hpp>
#include <callboard/uuid.hpp>

namespace callboard {

/// The unit of session timeouts. Fractions count to the nearest millisecond.
using session_minutes = std::chrono::duration<double, std::ratio<60>>;

/// What bounds sessions: the server's settings. All of them are greater than 0.
struct session_limits {
  /// `session_timeouts::timeout` when a caller gives none; within the next two.
  session_minutes default_timeout{30};
  /// Shortest `session_timeouts::timeout`; at most `timeout_max`.
  session_minutes timeout_min{5};
  /// Longest `session_timeouts::timeout`, at most 200 years. `session_timeouts::max_duration` reaches
  /// twice as far.
  session_minutes timeout_max{1440};
  /// `session_timeouts::max_duration` when a caller gives none; at most 400 years.
  session_minutes default_max_duration{720};
  /// `session_timeouts::warning_threshold` when a caller gives none.
  session_minutes default_warning_threshold{5};
  /// Unexpired sessions, of all organisations. At 1 KB each beside their texts: 10 MB.
  std::size_t sessions_max = 10'000;
  /// Messages kept of each session, answers included; beyond it the oldest go.
  std::size_t messages_max = 10'000;
  /// Messages of one session that may wait for their answers, the one under way included.
  std::size_t waiting_max = 16;
  /// Entries of the conversation that an agent is given.
  std::size_t history_messages = 100;

  friend bool operator==(const session_limits&, const session_limits&) = default;
};

/// When a session ends: the values in effect, clamped.
struct session_timeouts {
  /// From the last renewal, or the creation, to the end. Within the limits.
  session_minutes timeout{30};
  /// Whether messages and heartbeats renew the session.
  bool auto_renew = true;
  /// From the creation to the end, however often the session is renewed.
  session_minutes max_duration{720};
  /// With no more time left than this, the session is near its expiration; at least 1.
  session_minutes warning_threshold{5};

  friend bool operator==(const session_timeouts&, const session_timeouts&) = default;
};

/// What a caller says about timeouts: at the creation what differs from the defaults, later what is to
/// change. Numbers must be finite.
struct session_timeout_change {
  /// At the creation clamped to the limits; in a change outside them: `invalid_argument`.
  std::optional<session_minutes> timeout = {};
  std::optional<bool> auto_renew = {};
  /// Clamped to `timeout` in effect … twice `session_limits::timeout_max`.
  std::optional<session_minutes> max_duration = {};
  /// Clamped to at least 1.
  std::optional<session_minutes> warning_threshold = {};
};

/// What a caller asks for. `session_service::create` checks it and makes a `session_spec`.
struct new_session {
  /// Whose session it is; others do not see it.
  std::string organisation = "default";
  /// The agent that answers.
  uuid agent_id = {};
  /// Who talks, as the caller spelled it. UTF-8 without NUL.
  std::string user_id = {};
  /// The caller's own object, kept and given back; empty: `{}`.
  json_text metadata = {};
  session_timeout_change timeouts = {};
};

/// What a session was created with; all snapshots of a session share one. Never changes.
struct session_spec {
  /// UUID version 7, made by the engine.
  uuid id = {};
  /// UUID version 7, made by the engine; addresses nothing.
  uuid channel_id = {};
  std::string organisation = {};
  uuid agent_id = {};
  std::string user_id = {};
  /// An object, never empty.
  json_text metadata = {};
  system_time created_at = {};
};

/// A session as it stood at one moment: an immutable snapshot. Made by the engine.
struct session {
  /// Never null in a session that the library hands out.
  std::shared_ptr<const session_spec> spec = {};
  session_timeouts timeouts = {};
  /// The last message of the user, heartbeat or renewal; the creation before the first.
  system_time last_activity = {};
  /// The last renewal, or the creation: `expires_at` counts from here.
  system_time renewed_at = {};
  std::uint64_t renewal_count = 0;
  /// `min(renewed_at + timeout, created_at + max_duration)`. From then on the session takes nothing.
  system_time expires_at = {};
  /// Messages kept, answers included.
  std::uint64_t message_count = 0;
  /// `session_message::created_at` of the newest message ever; none before the first.
  std::optional<system_time> last_message_at = {};
};

/// How sessions travel: shared and immutable.
using session_ptr = std::shared_ptr<const session>;

/// Whether a session has ended.
bool is_expired(const session& one, system_time now) noexcept;

/// What is left until `expires_at`; 0 when it has passed.
std::chrono::milliseconds time_remaining(const session& one, system_time now) noexcept;

/// Whether time is left, and no more of it than `warning_threshold`.
bool is_near_expiration(const session& one, system_time now) noexcept;

/// One message of a session: the user's, or the agent's answer.
struct session_message {
  /// Of an answer: `job_outcome::message_id` of the job that brought it; else made by the engine.
  uuid id = {};
  uuid session_id = {};
  /// Whether the agent wrote it.
  bool is_agent = false;
  /// The agent's id, or the session's `user_id`.
  std::string author_id = {};
  /// Strictly increases from message to message of a session: one more millisecond if need be.
  system_time created_at = {};
  /// `created_at` of the user's message that this answers; of a user's message its own.
  system_time turn = {};
  /// Never null.
  shared_text content = {};
  /// Its own, an object; empty for none.
  json_text metadata = {};
};

/// What a user says. `session_service::send` checks it.
struct new_session_message {
  /// The prompt, not empty. UTF-8 without NUL.
  std::string content = {};
  /// The caller's own object; attachments belong into it. Empty for none.
  json_text metadata = {};
  /// From now to when the answer must be there; ≥ 1 ms, at most 400 years. Waiting for earlier messages
  /// counts.
  std::chrono::milliseconds time_limit{30'000};
};

/// Names a session, and what the caller may see.
struct session_ref {
  uuid id = {};
  /// The session must be this organisation's, else it is `not_found`; empty: any organisation's.
  std::string organisation = {};
};

/// A session and the time at which the engine looked at it.
struct session_state {
  /// Never null.
  session_ptr record = {};
  /// What `time_remaining` and `is_near_expiration` are to be asked with.
  system_time as_of = {};
};

/// Sessions of one organisation, and how many there are.
struct session_list {
  /// Unexpired ones, newest first.
  std::vector<session_ptr> sessions = {};
  /// Unexpired ones, listed or not.
  std::size_t active = 0;
  /// Expired ones that are still known.
  std::size_t expired = 0;
  system_time as_of = {};
};

/// How sessions of all organisations are.
struct session_health {
  /// As `engine_health::is_healthy`.
  bool is_healthy = false;
  /// Unexpired ones.
  std::size_t active = 0;
  /// Those near their expiration among them.
  std::size_t near_expiration = 0;
  system_time as_of = {};
  /// Since the engine was started.
  std::chrono::milliseconds uptime{0};
};

/// A message that was taken.
struct sent_message {
  session_message message = {};
  /// As the message has left it.
  session_state session = {};
  /// Whether the message has renewed the session.
  bool was_renewed = false;
  /// The message's job when it was stored: `pending` or `processing`.
  job_ptr job = {};
};

/// How a message ended.
struct message_end {
  /// The message's job: terminal, or as it stands because the engine stops.
  job_ptr job = {};
  /// The agent's answer, set exactly when the job is `completed`. It is one of the session's messages
  /// unless the session had expired or was deleted.
  std::optional<session_message> answer = {};
};

/// Which messages of a session a page shows.
struct session_message_query {
  /// Set by the engine.
  uuid session_id = {};
  /// Only what was created before, or after; the bound itself is left out.
  std::optional<system_time> before = {};
  std::optional<system_time> after = {};
  /// Longest page, 1–1000.
  std::size_t limit = 50;
  /// A page ends before it would hold more bytes of text, but has one message at least. 0: no limit.
  std::size_t text_bytes_max = 0;
};

/// Messages of a session.
struct session_message_page {
  /// Newest first. With `after` alone the oldest ones behind it, else the newest ones.
  std::vector<session_message> messages = {};
  /// Whether the query matches more: newer ones with `after` alone, else older ones.
  bool has_more = false;
};

} // namespace callboard
