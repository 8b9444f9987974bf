// Harness of `http` agents: a fake webhook stands behind them.

#include <callboard/agents.hpp>

#include "tests/agents/contract.hpp"
#include "tests/support/fake_peer.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace callboard::test {

namespace {

std::string content_of(const fake_peer::request& request) {
  return nlohmann::json::parse(request.body).at("content").get<std::string>();
}

std::string answer(const nlohmann::json& body) {
  return http_response(200, body.dump());
}

class http_harness final : public full_harness {
public:
  std::shared_ptr<agent> echoing() override {
    return answering(answer_with([](const fake_peer::request& request) {
      return answer({{"content", "echo: " + content_of(request)}});
    }));
  }

  std::shared_ptr<agent> holding() override {
    return answering([](fake_peer::connection& talk) {
      if (talk.read() && talk.hold())
        talk.send(answer({{"content", "late"}}));
    });
  }

  void await_held(std::size_t tasks) override {
    peer_->await_held(tasks);
  }

  void await_given_up(std::size_t tasks) override {
    peer_->await_ended(tasks);
  }

  void let_go() override {
    peer_->let_go();
  }

  std::shared_ptr<agent> with_metadata(const std::string& metadata) override {
    return answering(answer_with([metadata](const auto&) {
      return answer({{"content", "rich"}, {"metadata", nlohmann::json::parse(metadata)}});
    }));
  }

  std::shared_ptr<agent> failing(bool is_final) override {
    return answering(answer_with([is_final](const auto&) {
      return answer({{"status", "failed"}, {"error", "boom"}, {"final", is_final}});
    }));
  }

private:
  std::shared_ptr<agent> answering(fake_peer::script script) {
    peer_ = std::make_unique<fake_peer>(std::move(script));
    http_agent_options options;
    options.url = peer_->url();
    return make_http_agent(options, make_outbound_http(), nullptr).value();
  }

  std::unique_ptr<fake_peer> peer_;
};

} // namespace

std::unique_ptr<full_harness> make_http_harness() {
  return std::make_unique<http_harness>();
}

} // namespace callboard::test
