// `openai` agents against mock-llm, a chat completions server that others published.
// openai_mock/server.mjs has the rules by which it answers.

#include <callboard/agents.hpp>

#include "tests/agents/server_process.hpp"
#include "tests/agents/tasks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace callboard::test {

namespace {

class OpenaiMock : public ::testing::Test {
protected:
  /// Once for all tests: the server takes seconds to load on a busy machine.
  static void SetUpTestSuite() {
    const std::string folder = OPENAI_MOCK_FOLDER;
    if (std::filesystem::exists(folder + "/node_modules/@dwmkerr/mock-llm"))
      server
        = std::make_unique<server_process>(std::vector<std::string>{"node", folder + "/server.mjs"},
                                           std::map<std::string, std::string>{});
  }

  static void TearDownTestSuite() {
    server.reset();
  }

  void SetUp() override {
    ASSERT_TRUE(server) << "mock-llm is not installed: run `npm ci --ignore-scripts` in "
                        << OPENAI_MOCK_FOLDER;
    ASSERT_EQ(server->fault(), "");
    options.base_url = server->url() + "/v1";
    options.model = "gpt-4";
  }

  agent_answer ask(const task_ptr& task) const {
    const auto tested = make_openai_agent(options, make_outbound_http()).value();
    const answer_slot slot;
    tested->start(task, slot.taker());
    return slot.wait();
  }

  static inline std::unique_ptr<server_process> server;
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
  task->history = {{"user", std::make_shared<const std::string>("one")},
                   {"assistant", std::make_shared<const std::string>("two")}};

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
