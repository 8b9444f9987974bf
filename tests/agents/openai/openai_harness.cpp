// Harness of `openai` agents: a fake model server stands behind them.

#include <callboard/agents.hpp>

#include "tests/agents/contract.hpp"
#include "tests/support/fake_peer.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace callboard::test {

namespace {

std::string completion_of(const std::string& content) {
  const nlohmann::json body{{"choices", {{{"message", {{"content", content}}}}}}};
  return http_response(200, body.dump());
}

class openai_harness final : public agent_harness {
public:
  std::shared_ptr<agent> echoing() override {
    return answering(answer_with([](const fake_peer::request& request) {
      const auto body = nlohmann::json::parse(request.body);
      return completion_of("echo: " + body.at("messages").back().at("content").get<std::string>());
    }));
  }

  std::shared_ptr<agent> holding() override {
    return answering([](fake_peer::connection& talk) {
      if (talk.read())
        talk.hold();
    });
  }

  void await_held(std::size_t tasks) override {
    peer_->await_held(tasks);
  }

  void await_given_up(std::size_t tasks) override {
    peer_->await_ended(tasks);
  }

private:
  std::shared_ptr<agent> answering(fake_peer::script script) {
    peer_ = std::make_unique<fake_peer>(std::move(script));
    openai_options options;
    options.base_url = peer_->url("/v1");
    options.model = "test";
    return make_openai_agent(options, make_outbound_http()).value();
  }

  std::unique_ptr<fake_peer> peer_;
};

} // namespace

std::unique_ptr<agent_harness> make_openai_harness() {
  return std::make_unique<openai_harness>();
}

} // namespace callboard::test
