#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

openai_options options_for(const std::string& base_url) {
  openai_options made;
  made.base_url = base_url;
  made.model = "llama3.2";
  return made;
}

/// A model server that remembers its last request and answers always the same.
struct model_server {
  explicit model_server(std::string answer)
    : peer(answer_with([this, answer = std::move(answer)](const fake_peer::request& request) {
        seen = request;
        return answer;
      })) {
    // nop
  }

  fake_peer::request seen;
  fake_peer peer;
};

agent_answer answer_to(const openai_options& options, const task_ptr& task) {
  const auto tested = make_openai_agent(options, make_outbound_http()).value();
  const answer_slot slot;
  tested->start(task, slot.taker());
  return slot.wait();
}

/// What an agent without settings makes of this response.
agent_answer answer_from(std::string response) {
  const model_server server{std::move(response)};
  return answer_to(options_for(server.peer.url("/v1")), make_task("x"));
}

const std::string good_body = R"({"choices":[{"message":{"role":"assistant","content":"hi"}}]})";

TEST(OpenaiAgent, RequestCarriesModelMessagesAndKey) {
  model_server server{http_response(200, good_body)};
  auto options = options_for(server.peer.url("/v1/"));
  options.api_key = "sk-test";
  options.system = "Be brief.";
  options.temperature = 0.5;
  options.max_tokens = 64;
  options.headers = {{"X-Project", "p1"}};
  const auto task = make_open_task("and now?");
  task->history = {{"user", std::make_shared<const std::string>("hello")},
                   {"assistant", std::make_shared<const std::string>("hello, you")}};

  EXPECT_EQ(answer_to(options, task).content, "hi");

  EXPECT_EQ(server.seen.method, "POST");
  EXPECT_EQ(server.seen.target, "/v1/chat/completions");
  EXPECT_EQ(server.seen.headers["content-type"], "application/json");
  EXPECT_EQ(server.seen.headers["authorization"], "Bearer sk-test");
  EXPECT_EQ(server.seen.headers["x-project"], "p1");
  EXPECT_EQ(json::parse(server.seen.body), json::parse(R"({
    "model": "llama3.2", "stream": false, "temperature": 0.5, "max_tokens": 64,
    "messages": [{"role": "system", "content": "Be brief."},
                 {"role": "user", "content": "hello"},
                 {"role": "assistant", "content": "hello, you"},
                 {"role": "user", "content": "and now?"}]})"));
}

TEST(OpenaiAgent, ExtraBodyIsMergedIntoTheRequestAsItIsSpelled) {
  model_server server{http_response(200, good_body)};
  auto options = options_for(server.peer.url("/v1"));
  options.temperature = 0.5;
  options.max_completion_tokens = 64;
  const std::string extra
    = R"({"seed":18446744073709551616,"top_p":1e-1,"temperature":0.70,"options":{"num_ctx":8192}})";
  options.extra_body = json_text::from_valid(extra);

  answer_to(options, make_task("x"));

  EXPECT_TRUE(server.seen.body.ends_with("," + extra.substr(1))) << server.seen.body;
  const auto sent = json::parse(server.seen.body);
  EXPECT_EQ(sent["model"], "llama3.2");
  EXPECT_EQ(sent["messages"].size(), 1u);
  EXPECT_EQ(sent["max_completion_tokens"], 64);
  EXPECT_EQ(server.seen.body.find("0.5"), std::string::npos);
}

// Numbers that no double holds made an object of them no object.
TEST(OpenaiAgent, ExtraBodyMayHoldNumbersOfAnySize) {
  model_server server{http_response(200, good_body)};
  auto options = options_for(server.peer.url("/v1"));
  options.extra_body = json_text::from_valid(R"({"model":"other","limit":1e400})");

  EXPECT_EQ(answer_to(options, make_task("x")).content, "hi");

  EXPECT_TRUE(server.seen.body.ends_with(R"(,"model":"other","limit":1e400})")) << server.seen.body;
  EXPECT_EQ(server.seen.body.find("llama3.2"), std::string::npos);
}

TEST(OpenaiAgent, EmptyExtraBodyChangesNothing) {
  model_server server{http_response(200, good_body)};
  auto options = options_for(server.peer.url("/v1"));
  options.extra_body = json_text::from_valid("{}");

  EXPECT_EQ(answer_to(options, make_task("x")).content, "hi");

  EXPECT_EQ(json::parse(server.seen.body).size(), 3u);
}

TEST(OpenaiAgent, WhatIsNotSetIsNotSent) {
  model_server server{http_response(200, good_body)};

  answer_to(options_for(server.peer.url("/v1")), make_task("x"));

  EXPECT_EQ(server.seen.headers.count("authorization"), 0u);
  EXPECT_EQ(json::parse(server.seen.body), json::parse(R"({
    "model": "llama3.2", "stream": false, "messages": [{"role": "user", "content": "x"}]})"));
}

TEST(OpenaiAgent, UsageModelAndFinishReasonBecomeMetadata) {
  const auto answer = answer_from(http_response(200, R"({"model":"llama3.2:1b","choices":[
    {"message":{"content":"hi"},"finish_reason":"length"},{"message":{"content":"second"}}],
    "usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}})"));

  EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
  EXPECT_EQ(answer.content, "hi");
  EXPECT_EQ(json::parse(answer.metadata.text()), json::parse(R"({
    "usage": {"prompt_tokens":5,"completion_tokens":7,"total_tokens":12},
    "model": "llama3.2:1b", "finishReason": "length"})"));
}

TEST(OpenaiAgent, UsageIsKeptAsItCame) {
  const auto answer = answer_from(http_response(200, R"({"usage": {"z": 1e2, "a": [1.50, 1e400]},
    "choices": [{"message": {"content": "hi", "n": -1e400}}]})"));

  EXPECT_EQ(answer.content, "hi") << answer.error;
  EXPECT_EQ(answer.metadata.text(), R"({"usage":{"z":1e2,"a":[1.50,1e400]}})");
}

TEST(OpenaiAgent, NothingToReportIsNoMetadata) {
  EXPECT_TRUE(answer_from(http_response(200, good_body)).metadata.is_empty());
}

struct failure_case {
  std::string name;
  std::string response;
  std::string error;
  bool is_final = false;
};

TEST(OpenaiAgent, FailuresAreNamed) {
  const std::vector<failure_case> cases{
    {"provider's error", http_response(401, R"({"error":{"message":"Bad key.","type":"auth"}})"),
     "agent answered 401: Bad key.", true},
    {"error as a text", http_response(404, R"({"error":"model 'x' not found"})"),
     "agent answered 404: model 'x' not found", true},
    {"message", http_response(400, R"({"message":"no"})"), "agent answered 400: no", true},
    {"detail", http_response(422, R"({"detail":"no"})"), "agent answered 422: no", true},
    {"structured detail", http_response(422, R"({"detail":[{"loc":["body"]}]})"),
     "agent answered 422", true},
    {"array around the error",
     http_response(400, R"([{"error":{"message":"API key not valid."}}])"),
     "agent answered 400: API key not valid.", true},
    {"plain text", http_response(404, "404 page not found"),
     "agent answered 404: 404 page not found", true},
    {"overload", http_response(429, R"({"error":{"message":"Slow down"}})"),
     "agent answered 429: Slow down"},
    {"broken server", http_response(502, "<html>Bad gateway</html>"), "agent answered 502"},
    {"long text", http_response(500, R"({"error":")" + std::string(5000, 'x') + R"("})"),
     "agent answered 500: " + std::string(200, 'x')},
    {"redirect", http_response(308, "", "Location: /\r\n"),
     "agent answered 308, and redirects are not followed", true},
    {"no JSON", http_response(200, "hello"), "agent's answer is not valid JSON: "},
    {"no choices", http_response(200, R"({"choices":[]})"),
     "agent's answer has no text in its first choice"},
    {"no object", http_response(200, "[]"), "agent's answer has no text in its first choice"},
    {"tool call",
     http_response(200, R"({"choices":[{"message":{"content":null,"tool_calls":[{}]}}]})"),
     "agent's answer has no text in its first choice"},
    {"refusal",
     http_response(200, R"({"choices":[{"message":{"content":null,"refusal":"I cannot"}}]})"),
     "model refused: I cannot"},
    {"error in a 200", http_response(200, R"({"error":{"message":"upstream is down"}})"),
     "agent answered 200 with an error: upstream is down"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = answer_from(expected.response);

    EXPECT_EQ(answer.status, answer_status::failed);
    EXPECT_TRUE(answer.error.starts_with(expected.error)) << answer.error;
    EXPECT_LE(answer.error.size(), 300u);
    EXPECT_EQ(answer.is_final, expected.is_final);
  }
}

TEST(OpenaiAgent, AnswersOfOtherGoodStatusesAreTaken) {
  for (const auto status : {200, 201, 203})
    EXPECT_EQ(answer_from(http_response(status, good_body)).content, "hi") << status;
}

TEST(OpenaiAgent, RetryAfterIsPassedOn) {
  EXPECT_EQ(answer_from(http_response(429, "", "Retry-After: 20\r\n")).retry_after, 20s);
}

TEST(OpenaiAgent, KeyNeverGetsIntoAnError) {
  const model_server server{
    http_response(401, R"({"error":{"message":"key sk-secret (sk-secret!) is wrong"}})")};
  auto options = options_for(server.peer.url("/v1"));
  options.api_key = "sk-secret";

  const auto answer = answer_to(options, make_task("x"));

  EXPECT_EQ(answer.error, "agent answered 401: key *** (***!) is wrong");
}

TEST(OpenaiAgent, HalfAKeyNeverGetsIntoAnError) {
  const model_server server{
    http_response(401, std::string(195, 'x') + " sk-secret is wrong, as is token-123")};
  auto options = options_for(server.peer.url("/v1"));
  options.api_key = "sk-secret";
  options.headers["X-Token"] = "Token token-123";

  const auto answer = answer_to(options, make_task("x"));

  EXPECT_EQ(answer.error, "agent answered 401: " + std::string(195, 'x') + " *** ");
}

TEST(OpenaiAgent, TimeoutIsNamed) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read())
      talk.hold();
  }};
  auto options = options_for(peer.url("/v1"));
  options.timeout = 500ms;

  EXPECT_EQ(answer_to(options, make_task("x")).error, "agent did not answer within 500 ms");
  peer.await_ended(1);
}

TEST(OpenaiAgentSettings, FaultsAreNamed) {
  const auto client = make_outbound_http();
  struct settings_case {
    std::function<void(openai_options&)> change;
    std::string error;
  };
  const std::vector<settings_case> cases{
    {[](auto& o) { o.base_url = "api.openai.com"; }, "baseUrl must be an http:// or https:// URL"},
    {[](auto& o) { o.model = ""; }, "model must not be empty"},
    {[](auto& o) { o.temperature = 2.1; }, "temperature must be from 0 to 2"},
    {[](auto& o) { o.temperature = -0.1; }, "temperature must be from 0 to 2"},
    {[](auto& o) { o.temperature = std::numeric_limits<double>::quiet_NaN(); },
     "temperature must be from 0 to 2"},
    {[](auto& o) { o.max_tokens = 0; }, "maxTokens must be at least 1"},
    {[](auto& o) { o.max_completion_tokens = 0; }, "maxCompletionTokens must be at least 1"},
    {[](auto& o) { o.extra_body = json_text::from_valid("[]"); }, "extraBody must be an object"},
    {[](auto& o) { o.extra_body = json_text::from_valid(R"({"stream":true})"); },
     "extraBody: stream is set by the server itself"},
    {[](auto& o) { o.extra_body = json_text::from_valid(R"({"messages":[]})"); },
     "extraBody: messages is set by the server itself"},
    {[](auto& o) { o.timeout = 0ms; }, "timeoutMs must be from 1 to 3153600000000"},
    {[](auto& o) { o.api_key = "sk-1\n"; }, "the API key must not contain control characters"},
    {[](auto& o) {
       o.api_key = "sk-1";
       o.headers["authorization"] = "Basic abc";
     },
     "headers: authorization is set by the server itself"},
  };
  for (const auto& expected : cases) {
    auto options = options_for("http://127.0.0.1/v1");
    expected.change(options);

    const auto made = make_openai_agent(options, client);

    ASSERT_FALSE(made) << expected.error;
    EXPECT_EQ(made.error().code, errc::invalid_argument);
    EXPECT_EQ(made.error().message, expected.error);
  }
}

} // namespace

} // namespace callboard::test
