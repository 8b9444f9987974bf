#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <callboard/session_service.hpp>
#include <callboard/store.hpp>

namespace callboard::actors {

/// The arguments of `session_service::create`.
struct create_session {
  new_session wanted;
  session_callback<session_state> done;
};

/// The arguments of `session_service::get`.
struct get_session {
  session_ref ref;
  session_callback<session_state> done;
};

/// The arguments of `session_service::list`.
struct list_sessions {
  std::string organisation;
  std::size_t limit = 0;
  session_callback<session_list> done;
};

/// The arguments of `session_service::health`.
struct session_health_call {
  std::function<void(session_health)> done;
};

/// The arguments of `session_service::renew`.
struct renew_session {
  session_ref ref;
  session_callback<session_state> done;
};

/// The arguments of `session_service::heartbeat`.
struct session_heartbeat {
  session_ref ref;
  session_callback<session_state> done;
};

/// The arguments of `session_service::change_timeouts`.
struct change_session {
  session_ref ref;
  session_timeout_change change;
  session_callback<session_state> done;
};

/// The arguments of `session_service::remove`.
struct remove_session {
  session_ref ref;
  session_callback<session_state> done;
};

/// The arguments of `session_service::send`.
struct send_message {
  session_ref ref;
  new_session_message what;
  session_callback<sent_message> accepted;
  std::function<void(message_end)> ended;
};

/// The arguments of `session_service::messages`.
struct list_messages {
  session_ref ref;
  session_message_query query;
  session_callback<session_message_page> done;
};

/// A call of `session_service`.
using session_call
  = std::variant<create_session, get_session, list_sessions, session_health_call, renew_session,
                 session_heartbeat, change_session, remove_session, send_message, list_messages>;
using session_call_ptr = std::shared_ptr<session_call>;
using list_messages_ptr = std::shared_ptr<list_messages>;
/// The conversation before a turn.
using loaded_history = result<std::vector<history_entry>>;
using history_ptr = std::shared_ptr<loaded_history>;

/// Asks for the conversation before a turn.
struct history_call {
  history_query query;
  /// Called on the store's thread.
  std::function<void(loaded_history)> done;
};

using history_call_ptr = std::shared_ptr<history_call>;

} // namespace callboard::actors
