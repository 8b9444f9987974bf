#include "tests/agents/asking.hpp"

#include "tests/support/patience.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <utility>

namespace callboard::test {

agents::http_response ask(outbound_http& client, agents::http_request request) {
  auto promise = std::make_shared<std::promise<agents::http_response>>();
  auto answer = promise->get_future();
  client.post(std::move(request), [promise](agents::http_response response) {
    promise->set_value(std::move(response));
  });
  if (answer.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "the request never ended";
    return {};
  }
  return answer.get();
}

agents::http_request request_to(const std::string& url) {
  agents::http_request made;
  made.url = url;
  made.body = "{}";
  return made;
}

fake_peer::script say(std::string bytes) {
  return [said = std::move(bytes)](fake_peer::connection& talk) {
    talk.read();
    talk.send(said);
  };
}

} // namespace callboard::test
