#include <callboard/agents.hpp>

#include "agents/http/webhook_signature.hpp"
#include "tests/agents/tasks.hpp"
#include "tests/support/counter.hpp"
#include "tests/support/fake_peer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <ctime>
#include <future>
#include <string>
#include <vector>

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

http_agent_options options_for(const std::string& url) {
  http_agent_options made;
  made.url = url;
  return made;
}

std::shared_ptr<agent> agent_for(const std::string& url) {
  return make_http_agent(options_for(url), make_outbound_http(), nullptr).value();
}

/// Runs one task at a peer that plays this script.
agent_answer answer_of(fake_peer::script script, const std::string& scheme = "http") {
  fake_peer peer{std::move(script)};
  const auto tested = agent_for(scheme + "://127.0.0.1:" + std::to_string(peer.port()) + "/tasks");
  const answer_slot slot;
  tested->start(make_task("x"), slot.taker());
  return slot.wait();
}

fake_peer::script answer_bytes(std::string bytes) {
  return answer_with([said = std::move(bytes)](const auto&) { return said; });
}

TEST(HttpAgent, RequestCarriesTheTaskAndItsHeaders) {
  fake_peer::request seen;
  fake_peer peer{answer_with([&](const fake_peer::request& request) {
    seen = request;
    return http_response(200, R"({"content":"ok"})");
  })};
  auto options = options_for(peer.url("/tasks"));
  options.headers = {{"Authorization", "Bearer abc"}, {"X-Empty", ""}};
  const auto tested = make_http_agent(options, make_outbound_http(), nullptr).value();
  const answer_slot slot;
  const auto task = make_open_task("do it");
  task->attempt = 3;

  tested->start(task, slot.taker());

  EXPECT_EQ(slot.wait().content, "ok");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/tasks");
  EXPECT_EQ(seen.headers["content-type"], "application/json");
  EXPECT_EQ(seen.headers["idempotency-key"], task->id.to_string());
  EXPECT_EQ(seen.headers["x-callboard-job-id"], task->job->spec->id.to_string());
  EXPECT_EQ(seen.headers["x-callboard-attempt"], "3");
  EXPECT_EQ(seen.headers["authorization"], "Bearer abc");
  EXPECT_EQ(seen.headers.count("x-empty"), 1u);
  EXPECT_EQ(seen.headers.count("webhook-signature"), 0u);
  const auto body = nlohmann::json::parse(seen.body);
  EXPECT_EQ(body["taskId"], task->id.to_string());
  EXPECT_EQ(body["content"], "do it");
  EXPECT_EQ(body["attempt"], 3);
  EXPECT_FALSE(body.contains("callback"));
}

TEST(HttpAgent, SecretSignsTheBodyThatIsSent) {
  fake_peer::request seen;
  fake_peer peer{answer_with([&](const fake_peer::request& request) {
    seen = request;
    return http_response(200, R"({"content":"ok"})");
  })};
  auto options = options_for(peer.url());
  options.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const auto tested = make_http_agent(options, make_outbound_http(), nullptr).value();
  const answer_slot slot;
  const auto task = make_task("sign me: ä");
  const auto before = std::time(nullptr);

  tested->start(task, slot.taker());
  slot.wait();

  const auto timestamp = std::stoll(seen.headers["webhook-timestamp"]);
  EXPECT_GE(timestamp, before);
  EXPECT_LE(timestamp, std::time(nullptr));
  EXPECT_EQ(seen.headers["webhook-id"], task->id.to_string());
  const auto key = agents::webhook_key(options.secret).value();
  EXPECT_EQ(seen.headers["webhook-signature"],
            agents::webhook_signature(key, task->id.to_string(), timestamp, seen.body));
}

TEST(HttpAgent, TasksShareAConnection) {
  fake_peer peer{answer_bytes(http_response(200, R"({"content":"ok"})"))};
  const auto tested = agent_for(peer.url());

  for (int n = 0; n < 3; ++n) {
    const answer_slot slot;
    tested->start(make_task("x"), slot.taker());
    EXPECT_EQ(slot.wait().content, "ok");
  }

  EXPECT_EQ(peer.connections(), 1u);
}

struct status_case {
  int status;
  bool is_final;
  std::string error;
};

TEST(HttpAgent, StatusDecidesWhetherToRetry) {
  const std::vector<status_case> cases{
    {204, false, "agent answered 204"},
    {301, true, "agent answered 301, and redirects are not followed"},
    {302, true, "agent answered 302, and redirects are not followed"},
    {304, true, "agent answered 304, and redirects are not followed"},
    {400, true, "agent answered 400"},
    {401, true, "agent answered 401"},
    {404, true, "agent answered 404"},
    {408, false, "agent answered 408"},
    {413, true, "agent answered 413"},
    {425, false, "agent answered 425"},
    {429, false, "agent answered 429"},
    {499, true, "agent answered 499"},
    {500, false, "agent answered 500"},
    {503, false, "agent answered 503"},
    {599, false, "agent answered 599"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.status);
    // 204 and 304 have no body, whatever their headers say.
    const auto body = expected.status == 204 || expected.status == 304 ? "" : "<p>sorry</p>";

    const auto answer = answer_of(answer_bytes(http_response(expected.status, body)));

    EXPECT_EQ(answer.status, answer_status::failed);
    EXPECT_EQ(answer.error, expected.error);
    EXPECT_EQ(answer.is_final, expected.is_final);
    EXPECT_EQ(answer.retry_after, std::nullopt);
  }
}

// With 201 and 203 the answer was dropped and the work done again.
TEST(HttpAgent, AnswersOfOtherGoodStatusesAreTaken) {
  for (const auto status : {200, 201, 203})
    EXPECT_EQ(answer_of(answer_bytes(http_response(status, R"({"content":"done"})"))).content,
              "done")
      << status;
}

TEST(HttpAgent, ReasonInTheBodyIsKept) {
  struct reason_case {
    int status;
    std::string body;
    std::string error;
    bool is_final = false;
  };
  const std::vector<reason_case> cases{
    {400, R"({"error":"no such flow"})", "agent answered 400: no such flow", true},
    {422, R"({"detail":[{"loc":["body"],"msg":"Field required"}]})",
     "agent answered 422: Field required", true},
    {500, R"({"errors":[{"message":"boom"}]})", "agent answered 500: boom"},
    {503, "warming up", "agent answered 503: warming up"},
    {502, "<html>Bad gateway</html>", "agent answered 502"},
    {302, "Found. Redirecting to /login",
     "agent answered 302, and redirects are not followed: Found. Redirecting to /login", true},
    {500, std::string(3000, 'x'), "agent answered 500: " + std::string(200, 'x')},
  };
  for (const auto& expected : cases) {
    const auto answer = answer_of(answer_bytes(http_response(expected.status, expected.body)));

    EXPECT_EQ(answer.error, expected.error);
    EXPECT_EQ(answer.is_final, expected.is_final) << expected.error;
  }
}

TEST(HttpAgent, ItsSecretsNeverGetIntoAnError) {
  fake_peer peer{answer_bytes(http_response(401, "not token-123 of whsec_c2VjcmV0LXNlY3JldA=="))};
  auto options = options_for(peer.url());
  options.headers = {{"Authorization", "Bearer token-123"}};
  options.secret = "whsec_c2VjcmV0LXNlY3JldA==";
  const auto tested = make_http_agent(options, make_outbound_http(), nullptr).value();
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "agent answered 401: not *** of ***");
}

TEST(HttpAgent, RetryAfterIsPassedOn) {
  const auto seconds = answer_of(answer_bytes(http_response(503, "", "Retry-After: 7\r\n")));
  const auto date = answer_of(
    answer_bytes(http_response(429, "", "retry-after: Fri, 31 Dec 2100 00:00:00 GMT\r\n")));
  const auto nonsense = answer_of(answer_bytes(http_response(500, "", "Retry-After: soon\r\n")));

  EXPECT_EQ(seconds.retry_after, 7s);
  EXPECT_GT(date.retry_after, 24h);
  EXPECT_EQ(nonsense.retry_after, std::nullopt);
}

TEST(HttpAgent, AnswerMayAskForMore) {
  const auto answer
    = answer_of(answer_bytes(http_response(200, R"({"status":"continue","content":"step 1"})")));

  EXPECT_EQ(answer.status, answer_status::wants_more);
  EXPECT_EQ(answer.content, "step 1");
}

struct fault_case {
  std::string name;
  fake_peer::script script;
  std::string error;
};

fake_peer::script say_and_close(std::string bytes) {
  return [said = std::move(bytes)](fake_peer::connection& talk) {
    talk.read();
    talk.send(said);
  };
}

TEST(HttpAgent, FaultsAreNamedAndMayBeRetried) {
  const std::vector<fault_case> cases{
    {"no JSON", answer_bytes(http_response(200, "<html>")), "agent's answer is not valid JSON: "},
    {"empty body", answer_bytes(http_response(200, "")), "agent's answer is not valid JSON: "},
    {"bad UTF-8", answer_bytes(http_response(200, "{\"content\":\"\xFF\"}")),
     "agent's answer is not valid JSON: "},
    {"too deep", answer_bytes(http_response(200, std::string(100'000, '['))),
     "agent's answer is not valid JSON: nested deeper than 64 levels"},
    {"no object", answer_bytes(http_response(200, "[1]")),
     "agent's answer is invalid: an answer must be an object"},
    {"wrong type", answer_bytes(http_response(200, R"({"content":"x","metadata":[]})")),
     "agent's answer is invalid: metadata must be an object"},
    {"too large", answer_bytes(http_response(200, std::string(2 * 1024 * 1024 + 1, ' '))),
     "agent's answer is longer than 2097152 bytes"},
    {"cut in the body", say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"co"),
     "agent closed the connection before its answer was complete"},
    {"closed", say_and_close(""), "agent closed the connection without an answer"},
    {"no HTTP", say_and_close("hello"), "agent's response is not HTTP"},
    {"error status, cut in the body",
     say_and_close("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n<html"), "agent answered 500"},
    {"failure with an empty text",
     answer_bytes(http_response(200, R"({"content":"","error":"boom"})")), "boom"},
    {"201 cut in the body", say_and_close("HTTP/1.1 201 Ok\r\nContent-Length: 100\r\n\r\n{\"co"),
     "agent closed the connection before its answer was complete"},
    {"201 without JSON", answer_bytes(http_response(201, "sorry")),
     "agent's answer is not valid JSON: "},
    {"202 without callbacks", answer_bytes(http_response(202, "")),
     "agent answered 202, but this server has no public URL for callbacks"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.name);

    const auto answer = answer_of(expected.script);

    EXPECT_EQ(answer.status, answer_status::failed);
    EXPECT_TRUE(answer.error.starts_with(expected.error)) << answer.error;
    EXPECT_FALSE(answer.is_final);
  }
}

TEST(HttpAgent, RefusedConnectionIsNamed) {
  const auto tested = agent_for("http://127.0.0.1:" + std::to_string(closed_port()) + "/");
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "could not connect to the agent");
}

TEST(HttpAgent, TlsFaultIsNamed) {
  const auto answer = answer_of(
    [](fake_peer::connection& talk) {
      talk.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
      talk.read();
    },
    "https");

  EXPECT_EQ(answer.error, "TLS handshake with the agent failed");
  EXPECT_FALSE(answer.is_final);
}

TEST(HttpAgent, TimeoutClosesTheRequest) {
  fake_peer peer{[](fake_peer::connection& talk) {
    if (talk.read())
      talk.hold();
  }};
  auto options = options_for(peer.url());
  options.timeout = 500ms;
  const auto tested = make_http_agent(options, make_outbound_http(), nullptr).value();
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "agent did not answer within 500 ms");
  peer.await_ended(1);
}

TEST(HttpAgent, AgentThatDiesTouchesNoOtherTask) {
  fake_peer broken{say_and_close("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")};
  fake_peer sound{[](fake_peer::connection& talk) {
    if (talk.read() && talk.hold())
      talk.send(http_response(200, R"({"content":"sound"})"));
  }};
  const auto client = make_outbound_http();
  const auto first = make_http_agent(options_for(broken.url()), client, nullptr).value();
  const auto second = make_http_agent(options_for(sound.url()), client, nullptr).value();
  const answer_slot first_slot;
  const answer_slot second_slot;

  second->start(make_task("x"), second_slot.taker());
  sound.await_held(1);
  first->start(make_task("x"), first_slot.taker());

  EXPECT_EQ(first_slot.wait().status, answer_status::failed);
  sound.let_go();
  EXPECT_EQ(second_slot.wait().content, "sound");
}

TEST(HttpAgentSettings, FaultsAreNamed) {
  const auto client = make_outbound_http();
  struct settings_case {
    std::function<void(http_agent_options&)> change;
    std::string error;
  };
  const std::vector<settings_case> cases{
    {[](auto& o) { o.url = ""; }, "url must be an http:// or https:// URL"},
    {[](auto& o) { o.url = "ftp://host/"; }, "url must be an http:// or https:// URL"},
    {[](auto& o) { o.timeout = 0ms; }, "timeoutMs must be from 1 to 3153600000000"},
    {[](auto& o) { o.secret = "whsec_!"; }, "secret: the part after whsec_ must be base64"},
    {[](auto& o) { o.public_url = "nowhere"; }, "publicUrl must be an http:// or https:// URL"},
    {[](auto& o) { o.headers["X Y"] = "1"; }, "headers: \"X Y\" is not a valid header name"},
    {[](auto& o) { o.headers[""] = "1"; }, "headers: \"\" is not a valid header name"},
    {[](auto& o) { o.headers["X-A"] = "1\r\nX-B: 2"; },
     "headers: the value of X-A must not contain control characters"},
    {[](auto& o) { o.headers["Content-Length"] = "1"; },
     "headers: Content-Length is set by the server itself"},
    {[](auto& o) { o.headers["Webhook-ID"] = "1"; },
     "headers: Webhook-ID is set by the server itself"},
    {[](auto& o) { o.public_url = "https://jobs.example.com"; },
     "publicUrl requires task callbacks"},
  };
  for (const auto& expected : cases) {
    auto options = options_for("http://127.0.0.1/");
    expected.change(options);

    const auto made = make_http_agent(options, client, nullptr);

    ASSERT_FALSE(made) << expected.error;
    EXPECT_EQ(made.error().code, errc::invalid_argument);
    EXPECT_EQ(made.error().message, expected.error);
  }
}

} // namespace

} // namespace callboard::test
