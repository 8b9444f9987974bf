#include "actors/sessions/session_gateway.hpp"

#include <memory>
#include <utility>

namespace callboard::actors {

session_gateway::session_gateway(registry_actor registry) : registry_(std::move(registry)) {
  // nop
}

template <class Call>
void session_gateway::post(Call call) {
  caf::anon_send(registry_, atom::converse_v, std::make_shared<session_call>(std::move(call)));
}

void session_gateway::create(new_session wanted, session_callback<session_state> done) {
  post(create_session{std::move(wanted), std::move(done)});
}

void session_gateway::get(session_ref ref, session_callback<session_state> done) {
  post(get_session{std::move(ref), std::move(done)});
}

void session_gateway::list(std::string organisation, std::size_t limit,
                           session_callback<session_list> done) {
  post(list_sessions{std::move(organisation), limit, std::move(done)});
}

void session_gateway::health(std::function<void(session_health)> done) {
  post(session_health_call{std::move(done)});
}

void session_gateway::renew(session_ref ref, session_callback<session_state> done) {
  post(renew_session{std::move(ref), std::move(done)});
}

void session_gateway::heartbeat(session_ref ref, session_callback<session_state> done) {
  post(session_heartbeat{std::move(ref), std::move(done)});
}

void session_gateway::change_timeouts(session_ref ref, session_timeout_change change,
                                      session_callback<session_state> done) {
  post(change_session{std::move(ref), change, std::move(done)});
}

void session_gateway::remove(session_ref ref, session_callback<session_state> done) {
  post(remove_session{std::move(ref), std::move(done)});
}

void session_gateway::send(session_ref ref, new_session_message what,
                           session_callback<sent_message> accepted,
                           std::function<void(message_end)> ended) {
  post(send_message{std::move(ref), std::move(what), std::move(accepted), std::move(ended)});
}

void session_gateway::messages(session_ref ref, session_message_query query,
                               session_callback<session_message_page> done) {
  post(list_messages{std::move(ref), query, std::move(done)});
}

} // namespace callboard::actors
