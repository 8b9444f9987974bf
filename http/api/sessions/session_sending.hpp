#pragma once

#include <string>

#include <callboard/session_service.hpp>

#include "http/api/sessions/session_request.hpp"
#include "http/pipeline/exchange.hpp"

namespace callboard::http {

/// Sends a message and answers in the way that its transport says.
/// @param given the session's id as the caller spelled it
void send_message(session_service& sessions, session_ref ref, read_message what,
                  const responder& back, std::string given);

} // namespace callboard::http
