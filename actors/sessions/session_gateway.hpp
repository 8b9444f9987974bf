#pragma once

#include <callboard/session_service.hpp>

#include "actors/interfaces.hpp"

namespace callboard::actors {

/// The engine's `session_service`: turns calls from any thread into messages to the registry.
class session_gateway final : public session_service {
public:
  explicit session_gateway(registry_actor registry);

  using session_service::change_timeouts;
  using session_service::create;
  using session_service::get;
  using session_service::heartbeat;
  using session_service::list;
  using session_service::messages;
  using session_service::remove;
  using session_service::renew;
  using session_service::send;

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

private:
  template <class Call>
  void post(Call call);

  registry_actor registry_;
};

} // namespace callboard::actors
