#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include <callboard/agent.hpp>
#include <callboard/error.hpp>
#include <callboard/session.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// How the sender of a message learns of the answer.
enum class message_transport : std::uint8_t {
  /// It looks: the request is answered as soon as the message is stored.
  websocket,
  /// The request is answered when the job has ended.
  http,
  /// The request is answered at once with a stream of events, which ends with the job.
  sse,
};

/// A POST /sessions/:id/messages, as far as it can be judged without the session.
struct read_message {
  new_session_message message;
  message_transport transport = message_transport::websocket;
  /// What is wrong with it, once it is known that there is such a session.
  std::optional<response> refused;
};

/// The session that a POST /sessions asks for, or the answer that says what is wrong with it: the page's
/// rules in their order, up to the capacity.
tl::expected<new_session, response> read_new_session(const request& asked,
                                                     std::span<const agent_info> agents);

/// The changes that a PATCH …/timeout asks for, or the answer that says what is wrong with it.
/// @param limits for the bounds of `timeoutMinutes`
tl::expected<session_timeout_change, response> read_timeout_change(const request& asked,
                                                                   const session_limits& limits);

/// The message that a POST /sessions/:id/messages sends, or the answer that comes before anything is said of
/// the session.
tl::expected<read_message, response> read_session_message(
  const request& asked, std::chrono::milliseconds default_time_limit);

} // namespace callboard::http
