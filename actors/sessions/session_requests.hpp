#pragma once

#include <string>

#include "actors/registry/job_admission.hpp"
#include "actors/sessions/session_calls.hpp"
#include "actors/sessions/sessions.hpp"

namespace callboard::actors {

/// Answers the calls about sessions; see `session_service`.
class session_requests {
public:
  /// @param admission, live, held must outlive this, as must the parts.
  session_requests(const live_job_parts& parts, job_admission& admission, live_jobs& live,
                   sessions& held);

  void answer(session_call& call);

private:
  void on(create_session& call);
  void on(get_session& call);
  void on(list_sessions& call);
  void on(session_health_call& call);
  void on(renew_session& call);
  void on(session_heartbeat& call);
  void on(change_session& call);
  void on(remove_session& call);
  void on(send_message& call);
  void on(list_messages& call);

  /// The session that a call means, expired or not. Error: `not_found`.
  session_result<core::session_entry*> find(const session_ref& ref);
  /// The session if it takes something. Errors: `not_found`, `expired`.
  session_result<core::session_entry*> find_open(const session_ref& ref);
  /// What stands against any change; nothing if nothing does.
  session_result<void> check_store() const;
  session_state state_of(session_ptr one) const;
  /// Gives a session its next snapshot and answers once that is stored.
  void change(core::session_entry& entry, session next, session_callback<session_state> done);
  /// Answers a change that was put into the batch, once it is stored.
  void answer_when_stored(session_state what, session_callback<session_state> done);
  /// Whether a message gets in, beside its job. Errors: as `session_service::send`.
  session_result<listed_agent*> admit(const core::session_entry& entry, const send_message& call);
  void take(core::session_entry& entry, listed_agent& agent, send_message& call);
  /// Answers a message whose job is stored, and has its end told.
  void accept(sent_message taken, send_message& call);
  message_end end_of(const job_ptr& ended) const;

  live_job_parts parts_;
  job_admission& admission_;
  live_jobs& live_;
  sessions& held_;
  clock_reading started_;
};

} // namespace callboard::actors
