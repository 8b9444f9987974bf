#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <callboard/session_service.hpp>

namespace callboard::tests {

/// A session service whose answers a test sets; it calls back inside each call. What has no answer is
/// `not_found`.
class fake_sessions final : public session_service {
public:
  fake_sessions();

  void create(new_session wanted, session_callback<session_state> done) override;
  void get(session_ref ref, session_callback<session_state> done) override;
  void list(std::string organisation, std::size_t limit,
            session_callback<session_list> done) override;
  void health(std::function<void(session_health)> done) override;
  void renew(session_ref ref, session_callback<session_state> done) override;
  void heartbeat(session_ref ref, session_callback<session_state> done) override;
  void change_timeouts(session_ref ref, session_timeout_change change,
                       session_callback<session_state> done) override;
  void remove(session_ref ref, session_callback<session_state> done) override;
  void send(session_ref ref, new_session_message what, session_callback<sent_message> accepted,
            std::function<void(message_end)> ended) override;
  void messages(session_ref ref, session_message_query query,
                session_callback<session_message_page> done) override;

  // What calls are answered with.
  session_result<session_state> found;
  session_result<session_list> listed;
  session_result<sent_message> sent;
  session_result<session_message_page> page;
  session_health state;

  // What was asked.
  /// Names of the calls that name a session, and the session.
  std::vector<std::pair<std::string, session_ref>> asked;
  std::vector<new_session> created;
  std::vector<std::pair<std::string, std::size_t>> lists;
  std::vector<session_timeout_change> changes;
  std::vector<new_session_message> messages_sent;
  std::vector<session_message_query> queries;
  /// Who waits for the end of the last message; empty: nobody.
  std::function<void(message_end)> waiting;
};

inline constexpr std::string_view sample_session_id = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c";
inline constexpr std::string_view sample_channel_id = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5d";
inline constexpr std::string_view sample_message_id = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5e";
inline constexpr std::string_view sample_answer_id = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5f";

/// A session that was created at 1703001234567 and renewed once, a minute later.
session sample_session();

/// The same, looked at two minutes after its creation.
session_state sample_session_state();

/// A message of the user, sent a minute after the session's creation.
sent_message sample_sent_message();

/// The end of that message's job in a state; answered with some metadata if it is `completed`.
message_end sample_message_end(job_state state);

} // namespace callboard::tests
