#include <callboard/session_service.hpp>

#include <memory>
#include <utility>

namespace callboard {

namespace {

/// Calls with a callback that fills a future.
template <class T, class Call>
std::future<session_result<T>> as_future(Call call) {
  auto promise = std::make_shared<std::promise<session_result<T>>>();
  auto made = promise->get_future();
  call([promise](session_result<T> value) { promise->set_value(std::move(value)); });
  return made;
}

} // namespace

std::future<session_result<session_state>> session_service::create(new_session wanted) {
  return as_future<session_state>([&](auto done) { create(std::move(wanted), std::move(done)); });
}

std::future<session_result<session_state>> session_service::get(session_ref ref) {
  return as_future<session_state>([&](auto done) { get(std::move(ref), std::move(done)); });
}

std::future<session_result<session_list>> session_service::list(std::string organisation,
                                                                std::size_t limit) {
  return as_future<session_list>(
    [&](auto done) { list(std::move(organisation), limit, std::move(done)); });
}

std::future<session_result<session_state>> session_service::renew(session_ref ref) {
  return as_future<session_state>([&](auto done) { renew(std::move(ref), std::move(done)); });
}

std::future<session_result<session_state>> session_service::heartbeat(session_ref ref) {
  return as_future<session_state>([&](auto done) { heartbeat(std::move(ref), std::move(done)); });
}

std::future<session_result<session_state>> session_service::change_timeouts(
  session_ref ref, session_timeout_change change) {
  return as_future<session_state>(
    [&](auto done) { change_timeouts(std::move(ref), change, std::move(done)); });
}

std::future<session_result<session_state>> session_service::remove(session_ref ref) {
  return as_future<session_state>([&](auto done) { remove(std::move(ref), std::move(done)); });
}

std::future<session_result<session_message_page>> session_service::messages(
  session_ref ref, session_message_query query) {
  return as_future<session_message_page>(
    [&](auto done) { messages(std::move(ref), query, std::move(done)); });
}

std::future<session_result<sent_message>> session_service::send(session_ref ref,
                                                                new_session_message what) {
  return as_future<sent_message>(
    [&](auto done) { send(std::move(ref), std::move(what), std::move(done), {}); });
}

std::future<session_result<message_end>> session_service::ask(session_ref ref,
                                                              new_session_message what) {
  return as_future<message_end>([&](auto done) {
    const auto told = std::make_shared<decltype(done)>(std::move(done));
    send(
      std::move(ref), std::move(what),
      [told](session_result<sent_message> taken) {
        if (!taken)
          (*told)(tl::unexpected(std::move(taken.error())));
      },
      [told](message_end end) { (*told)(std::move(end)); });
  });
}

} // namespace callboard
