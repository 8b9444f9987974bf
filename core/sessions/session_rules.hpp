#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <callboard/session.hpp>
#include <callboard/session_service.hpp>
#include <callboard/time.hpp>

namespace callboard::core {

/// Whether limits keep their own rules.
bool are_usable(const session_limits& limits) noexcept;

/// When a session ends that was renewed, or created, then.
system_time expiry_of(system_time created_at, system_time renewed_at,
                      const session_timeouts& timeouts) noexcept;

/// The timeouts of a new session: what is given, clamped, else the defaults.
session_timeouts timeouts_for(const session_timeout_change& given, const session_limits& limits);

/// The timeouts after a change: what is given replaces, clamped, the rest stays. Error:
/// `invalid_argument` for a `timeout` outside the limits and for what is no finite number.
session_result<session_timeouts> changed(const session_timeouts& before,
                                         const session_timeout_change& given,
                                         const session_limits& limits);

/// Whether what is wanted keeps the rules that do not depend on other sessions. Error:
/// `invalid_argument`.
session_result<void> check(const new_session& wanted);
/// The same of a message.
session_result<void> check(const new_session_message& wanted);

/// A session as it is created.
session begin_session(std::shared_ptr<const session_spec> spec, const session_timeouts& timeouts);

/// After a renewal, which is activity too.
session renewed(session before, system_time now);

/// After activity: a renewal if the session renews itself.
session after_activity(session before, system_time now);

/// After a change of its timeouts, which is no activity.
session with_timeouts(session before, const session_timeouts& timeouts);

/// When the next message of a session is created: now, or later so that times increase.
system_time next_message_time(const session& of, system_time now) noexcept;

/// A session with one more message.
struct grown_session {
  session record;
  /// Its oldest messages that go for it: usually none or one.
  std::size_t dropped = 0;
};

/// Adds a message to the counts.
/// @param created_at from `next_message_time`
grown_session with_message(session before, system_time created_at, std::size_t messages_max);

/// What the job of a message carries: the session's metadata, over it the message's, over both the
/// session's id as `sessionId`. Members keep their places and their spelling.
json_text job_metadata(const session_spec& of, const json_text& of_message);

/// The answer that a completed job brings. @pre the job is completed and a session's message.
/// @param created_at from `next_message_time`
session_message answer_of(const job& completed, system_time created_at);

// The errors of session calls.

session_error not_found_error();
session_error expired_error(const session& one);
session_error agent_error(const uuid& agent_id);
session_error unavailable_error(error cause);
/// Of a message whose job was refused.
session_error refused_error(error cause);
/// As many sessions as allowed.
session_error full_error(std::size_t sessions_max);
/// No further message is accepted while this many wait.
session_error waiting_error(std::size_t waiting);

} // namespace callboard::core
