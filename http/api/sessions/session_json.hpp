#pragma once

#include <string>
#include <string_view>

#include <callboard/session_service.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// What is said to who waits for an answer when the server stops.
inline constexpr std::string_view stopping_text
  = "the server is stopping; look for the answer once it is back";

/// The body of POST /sessions.
std::string created_session(const session& made);

/// A session as GET /sessions/:id shows it.
std::string session_info(const session& shown, system_time as_of);

/// The body of GET /sessions.
std::string session_list_body(const session_list& page);

/// The body of GET /sessions/health.
std::string session_health_body(const session_health& health);

/// The body of DELETE /sessions/:id.
std::string deleted_session(const session& gone);

/// The body of GET /sessions/:id/messages.
std::string session_messages(const session_message_page& page);

/// The user's message, as the answer to its sender and the stream's first event show it.
std::string user_message(const sent_message& sent);

/// The agent's answer, as its waiting receiver gets it. @pre there is one
std::string agent_response(const message_end& end);

/// The body of POST /sessions/:id/messages.
/// @param end how the message ended; null: not waited for
std::string sent_message_body(const sent_message& sent, const message_end* end = nullptr);

/// 400 with the code `VALIDATION_ERROR`.
/// @param details a JSON object; empty: none
response session_fault(std::string_view message, std::string_view details = {});

/// What a call was refused for, in the words of the API.
/// @param given the session's id as the caller spelled it; with `create` the agent's
response session_refusal(const session_error& fault, std::string_view given);

/// The answer to who waits for a message whose job did not complete.
/// @param given the session's id as the caller spelled it
response failed_message(const sent_message& sent, const message_end& end, std::string_view given);

} // namespace callboard::http
