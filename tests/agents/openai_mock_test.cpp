// `openai` agents against mock-llm, a chat completions server that others published.
// openai_mock/server.mjs has the rules by which it answers.

#include "agents/spawn.hpp"
#include "tests/agents/tasks.hpp"
#include "tests/support/patience.hpp"

#include <callboard/agents.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace callboard::test {

namespace {

/// The process of the server, started once: it takes seconds to load on a busy machine.
class mock_server {
public:
  mock_server() {
    const std::string folder = OPENAI_MOCK_FOLDER;
    if (!std::filesystem::exists(folder + "/node_modules/@dwmkerr/mock-llm")) {
      fault_ = "mock-llm is not installed: run `npm ci --ignore-scripts` in " + folder;
      return;
    }
    agents::program what;
    what.command = {"node", folder + "/server.mjs"};
    what.environment = {std::string{"PATH="} + std::getenv("PATH")};
    auto started = agents::spawn(what);
    if (!started) {
      fault_ = "node cannot be started: " + started.error().message;
      return;
    }
    process_ = std::move(*started);
    port_ = read_line();
    if (port_.empty())
      fault_ = "the server did not say its port";
  }

  mock_server(const mock_server&) = delete;
  mock_server& operator=(const mock_server&) = delete;

  ~mock_server() {
    // The server ends with its input.
    process_.input.reset();
    if (process_.pid > 0)
      waitpid(process_.pid, nullptr, 0);
  }

  /// Why it does not run; empty if it does.
  const std::string& fault() const {
    return fault_;
  }

  std::string base_url() const {
    return "http://127.0.0.1:" + port_ + "/v1";
  }

private:
  /// The first line that the server prints; empty if it prints none.
  std::string read_line() const {
    std::string line;
    const auto patience_ms = std::chrono::milliseconds{patience}.count();
    pollfd watched{process_.output.get(), POLLIN, 0};
    while (poll(&watched, 1, static_cast<int>(patience_ms)) == 1) {
      char c = 0;
      if (read(process_.output.get(), &c, 1) != 1 || c == '\n')
        break;
      line += c;
    }
    return line;
  }

  agents::spawned_program process_;
  std::string port_;
  std::string fault_;
};

class OpenaiMock : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    server = std::make_unique<mock_server>();
  }

  static void TearDownTestSuite() {
    server.reset();
  }

  void SetUp() override {
    ASSERT_EQ(server->fault(), "");
    options.base_url = server->base_url();
    options.model = "gpt-4";
  }

  agent_answer ask(const task_ptr& task) const {
    const auto tested = make_openai_agent(options, make_outbound_http()).value();
    const answer_slot slot;
    tested->start(task, slot.taker());
    return slot.wait();
  }

  static inline std::unique_ptr<mock_server> server;
  openai_options options;
};

TEST_F(OpenaiMock, PromptIsAnswered) {
  const auto answer = ask(make_task("Hello, mock"));

  EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
  EXPECT_EQ(answer.content, "Hello, mock");
}

TEST_F(OpenaiMock, UsageComesAsMetadata) {
  const auto answer = ask(make_task("count tokens"));

  EXPECT_EQ(answer.content, "counted");
  EXPECT_EQ(nlohmann::json::parse(answer.metadata.text()), nlohmann::json::parse(R"({
    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    "model": "gpt-4", "finishReason": "stop"})"));
}

TEST_F(OpenaiMock, SystemTextAndHistoryComeBeforeThePrompt) {
  options.system = "Be brief.";
  const auto task = make_open_task("what was said");
  task->history = {{"user", "one"}, {"assistant", "two"}};

  EXPECT_EQ(ask(task).content, "system=Be brief.; user=one; assistant=two; user=what was said");
}

TEST_F(OpenaiMock, KeyIsSent) {
  options.api_key = "sk-mock";

  EXPECT_EQ(ask(make_task("who am I")).content, "Bearer sk-mock");
}

TEST_F(OpenaiMock, SettingsAreSent) {
  options.temperature = 0.25;
  options.max_tokens = 100;

  EXPECT_EQ(ask(make_task("which settings")).content, "0.25 100");
}

TEST_F(OpenaiMock, ErrorsCarryTheServersText) {
  const auto refused = ask(make_task("refuse me"));
  const auto limited = ask(make_task("too many"));
  const auto broken = ask(make_task("break down"));

  EXPECT_EQ(refused.error, "agent answered 401: Incorrect API key provided.");
  EXPECT_TRUE(refused.is_final);
  EXPECT_EQ(limited.error, "agent answered 429: Rate limit reached.");
  EXPECT_FALSE(limited.is_final);
  EXPECT_EQ(broken.error, "agent answered 500: The server had an error.");
  EXPECT_FALSE(broken.is_final);
}

TEST_F(OpenaiMock, WrongAddressIsAFinalFailure) {
  options.base_url += "/nowhere";

  const auto answer = ask(make_task("x"));

  EXPECT_TRUE(answer.error.starts_with("agent answered 404")) << answer.error;
  EXPECT_TRUE(answer.is_final);
}

} // namespace

} // namespace callboard::test
