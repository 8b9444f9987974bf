// Harness of `exec` agents: programs stand behind them, and a port on which the test hears of them.

#include <callboard/agents.hpp>

#include "tests/agents/contract.hpp"
#include "tests/support/fake_peer.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callboard::test {

namespace {

class exec_harness final : public full_harness {
public:
  std::shared_ptr<agent> echoing() override {
    return running({AGENT_PROBE, "echo"});
  }

  std::shared_ptr<agent> holding() override {
    peer_ = std::make_unique<fake_peer>([](fake_peer::connection& talk) {
      if (talk.hold())
        talk.send("!");
    });
    return running({AGENT_PROBE, "hold", std::to_string(peer_->port())});
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
    return running({"/bin/echo", R"({"content":"rich","metadata":)" + metadata + '}'});
  }

  std::shared_ptr<agent> failing(bool is_final) override {
    if (!is_final)
      return running({"/bin/echo", R"({"status":"failed","error":"boom"})"});
    return running({"/bin/echo", R"({"status":"failed","error":"boom","final":true})"});
  }

private:
  std::shared_ptr<agent> running(std::vector<std::string> command) {
    exec_options options;
    options.command = std::move(command);
    return make_exec_agent(options).value();
  }

  std::unique_ptr<fake_peer> peer_;
};

} // namespace

std::unique_ptr<full_harness> make_exec_harness() {
  return std::make_unique<exec_harness>();
}

} // namespace callboard::test
