#include "http/api/sessions/sessions.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/api/sessions/session_json.hpp"
#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const std::string base = "/api/messaging/sessions";
const std::string path = base + '/' + std::string{sample_session_id};
const std::string messages_path = path + "/messages";
const std::string failed_to_send
  = "Failed to send message in session '" + std::string{sample_session_id} + "': ";

class Sessions : public testing::Test {
protected:
  raw_response ask(const sample_request& sample) {
    return tests::ask(app_, sample);
  }

  raw_response ask(std::string method, std::string target, std::string body = "") {
    auto sample = post_json(std::move(target), std::move(body));
    sample.method = std::move(method);
    return ask(sample);
  }

  /// Sends a message that is waited for, and keeps the request.
  std::shared_ptr<test_exchange> send(const std::string& transport) {
    auto made = std::make_shared<test_exchange>(
      post_json(messages_path, R"({"content":"x","transport":")" + transport + R"("})"));
    made->begin();
    app_.handle(made);
    return made;
  }

  static std::string message_in(const raw_response& answer) {
    return json::parse(answer.body)["error"]["message"];
  }

  static std::string code_in(const raw_response& answer) {
    return json::parse(answer.body)["error"]["code"];
  }

  fake_service service_;
  fake_sessions& sessions_ = service_.talks;
  http::application app_{{}, service_, nullptr, std::make_shared<http::in_flight>()};
};

TEST_F(Sessions, CreationAnswers201WithLocation) {
  sessions_.found = sample_session_state();

  const auto answer
    = ask("POST", base, json{{"agentId", sample_agent_id}, {"userId", sample_user}}.dump());

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), path);
  EXPECT_EQ(answer.body, http::created_session(sample_session()));
  ASSERT_EQ(sessions_.created.size(), 1u);
  EXPECT_EQ(sessions_.created[0].organisation, "default");
}

TEST_F(Sessions, RefusedCreationHasTheTextOfThePage) {
  sessions_.found
    = tl::unexpected{session_error{.code = session_errc::too_many_sessions, .count = 3}};

  const auto answer
    = ask("POST", base, json{{"agentId", sample_agent_id}, {"userId", sample_user}}.dump());

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(code_in(answer), "SESSION_CREATION_FAILED");
  EXPECT_EQ(message_in(answer), "Failed to create session: Session capacity reached (3 sessions)");
}

TEST_F(Sessions, RoutesOfASessionShowIt) {
  sessions_.found = sample_session_state();
  struct row {
    std::string method;
    std::string target;
    std::string call;
  };
  const row table[] = {{"GET", path, "get"},
                       {"POST", path + "/renew", "renew"},
                       {"POST", path + "/heartbeat", "heartbeat"},
                       {"PATCH", path + "/timeout", "change_timeouts"}};
  for (const auto& [method, target, call] : table) {
    const auto answer = ask(method, target, method == "PATCH" ? "{}" : "not looked at");

    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, http::session_info(sample_session(), sample_session_state().as_of));
    EXPECT_EQ(sessions_.asked.back().first, call);
    EXPECT_EQ(sessions_.asked.back().second.id.to_string(), sample_session_id);
    EXPECT_EQ(sessions_.asked.back().second.organisation, "default");
  }
}

TEST_F(Sessions, UnknownSessionsAreSaidToBeSoBeforeAllElse) {
  struct row {
    std::string method;
    std::string suffix;
    std::string body;
  };
  const row table[] = {{"GET", "", ""},
                       {"DELETE", "", ""},
                       {"POST", "/renew", "{"},
                       {"POST", "/heartbeat", "{"},
                       {"PATCH", "/timeout", "{}"},
                       {"PATCH", "/timeout", "{"},
                       {"PATCH", "/timeout", R"({"timeoutMinutes":1})"},
                       {"GET", "/messages", ""},
                       {"GET", "/messages?before=x", ""},
                       {"POST", "/messages", R"({"content":"x"})"},
                       {"POST", "/messages", R"({"content":""})"}};
  for (const auto& [method, suffix, body] : table) {
    for (const auto* id : {"no-uuid", "0198A1B2-c3d4-7e5f-8a9b-0c1d2e3f4a5c"}) {
      const auto answer = ask(method, base + '/' + id + suffix, body);
      EXPECT_EQ(answer.status, 404) << method << suffix << body;
      EXPECT_EQ(code_in(answer), "SESSION_NOT_FOUND");
      EXPECT_EQ(message_in(answer), "Session with ID '" + std::string{id} + "' not found");
    }
  }
}

TEST_F(Sessions, ExpiredOnesAre410) {
  session_error expired{.code = session_errc::expired};
  expired.expired_at = sample_session().expires_at;
  sessions_.found = tl::unexpected{expired};
  sessions_.sent = tl::unexpected{expired};
  sessions_.page = tl::unexpected{expired};

  for (const auto& answer : {ask("GET", path), ask("POST", path + "/renew"),
                             ask("PATCH", path + "/timeout", R"({"timeoutMinutes":1})"),
                             ask("POST", messages_path, R"({"content":""})"),
                             ask("POST", messages_path, R"({"content":"x"})"),
                             ask("GET", messages_path), ask("GET", messages_path + "?after=x")}) {
    EXPECT_EQ(answer.status, 410);
    EXPECT_EQ(code_in(answer), "SESSION_EXPIRED");
    EXPECT_EQ(message_in(answer), "Session '" + std::string{sample_session_id}
                                    + "' expired at 2023-12-19T16:24:54.567Z");
  }
}

TEST_F(Sessions, FaultsOfARequestAreSaidOnceTheSessionIsKnown) {
  sessions_.found = sample_session_state();

  EXPECT_EQ(message_in(ask("PATCH", path + "/timeout", R"({"timeoutMinutes":1})")),
            "Invalid timeout configuration: Timeout must be between 5 and 1440 minutes");
  EXPECT_EQ(message_in(ask("POST", messages_path, R"({"content":""})")),
            "Invalid content: Content cannot be empty");
  EXPECT_EQ(message_in(ask("GET", messages_path + "?before=x")),
            "Invalid pagination parameter 'before': Must be a valid timestamp");
  EXPECT_EQ(ask("PATCH", path + "/timeout", "{").status, 400);
  EXPECT_TRUE(sessions_.messages_sent.empty());
  EXPECT_TRUE(sessions_.changes.empty());
  EXPECT_TRUE(sessions_.queries.empty());
}

TEST_F(Sessions, DeletionTellsTheClientThatItWentWell) {
  sessions_.found = sample_session_state();

  const auto answer = ask("DELETE", path);

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"success":true,"message":"Session )" + std::string{sample_session_id}
                           + R"( deleted successfully","data":{"success":true}})");
}

TEST_F(Sessions, ListAndHealth) {
  session_list list;
  list.sessions = {sample_session_state().record};
  list.active = 4;
  list.expired = 2;
  list.as_of = sample_session_state().as_of;
  sessions_.listed = list;
  sessions_.state = {.is_healthy = true,
                     .active = 4,
                     .near_expiration = 1,
                     .as_of = sample_session_state().as_of,
                     .uptime = 1500ms};

  const auto listed = json::parse(ask("GET", base + "?limit=7").body);
  EXPECT_EQ(listed["sessions"].size(), 1u);
  EXPECT_EQ(listed["total"], 4);
  EXPECT_EQ(listed["stats"],
            json({{"totalSessions", 6}, {"activeSessions", 4}, {"expiredSessions", 2}}));
  EXPECT_EQ(sessions_.lists.back().first, "default");
  EXPECT_EQ(sessions_.lists.back().second, 7u);

  EXPECT_EQ(ask("GET", base + "/health").body,
            R"({"status":"healthy","activeSessions":4,"timestamp":"2023-12-19T15:55:54.567Z",)"
            R"("expiringSoon":1,"uptime":1.5})");
  sessions_.state.is_healthy = false;
  EXPECT_EQ(json::parse(ask("GET", base + "/health").body)["status"], "unhealthy");
}

TEST_F(Sessions, PageOfMessages) {
  session_message_page page;
  page.messages = {*sample_message_end(job_state::completed).answer, sample_sent_message().message};
  page.has_more = true;
  sessions_.page = page;

  const auto answer = ask("GET", messages_path + "?limit=2&after=5&before=9");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, http::session_messages(page));
  EXPECT_EQ(sessions_.queries.back().limit, 2u);
  EXPECT_EQ(sessions_.queries.back().after, system_time{5ms});
  EXPECT_EQ(sessions_.queries.back().before, system_time{9ms});
}

TEST_F(Sessions, MessageIsAnsweredAtOnceUnlessItsSenderWaits) {
  sessions_.sent = sample_sent_message();

  const auto answer
    = ask("POST", messages_path, R"({"content":"x","metadata":{"a":1},"timeoutMs":5000})");

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), "/api/messaging/jobs/" + std::string{sample_job_id});
  EXPECT_EQ(answer.body, http::sent_message_body(sample_sent_message()));
  EXPECT_FALSE(sessions_.waiting);
  ASSERT_EQ(sessions_.messages_sent.size(), 1u);
  EXPECT_EQ(sessions_.messages_sent[0].content, "x");
  EXPECT_EQ(sessions_.messages_sent[0].metadata.text(), R"({"a":1})");
  EXPECT_EQ(sessions_.messages_sent[0].time_limit, 5s);
}

TEST_F(Sessions, RefusedMessagesHaveTheTextsOfThePage) {
  struct row {
    session_error fault;
    int status;
    std::string code;
    std::string message;
    std::string retry_after;
  };
  const row table[] = {
    {{.code = session_errc::agent_not_found, .agent_id = sample_agent().id},
     404,
     "AGENT_NOT_FOUND",
     "Agent with ID '" + std::string{sample_agent_id} + "' not found",
     ""},
    {{.code = session_errc::too_many_waiting, .count = 16},
     429,
     "MESSAGE_SEND_FAILED",
     failed_to_send + "16 messages wait for their answers",
     "1"},
    {{.code = session_errc::job_refused,
      .cause = {.code = errc::capacity, .message = "Job capacity reached (2 jobs)"}},
     503,
     "MESSAGE_SEND_FAILED",
     failed_to_send + "Job capacity reached (2 jobs)",
     "1"},
  };
  for (const auto& [fault, status, code, message, retry_after] : table)
    for (const auto* transport : {"websocket", "http", "sse"}) {
      sessions_.sent = tl::unexpected{fault};
      const auto answer = send(transport)->answered();
      EXPECT_EQ(answer.status, status);
      EXPECT_EQ(answer.header("Content-Type"), "application/json");
      EXPECT_EQ(answer.header("Retry-After"), retry_after);
      EXPECT_EQ(code_in(answer), code);
      EXPECT_EQ(message_in(answer), message);
    }
}

TEST_F(Sessions, SenderThatWaitsGetsTheAnswer) {
  sessions_.sent = sample_sent_message();

  const auto asked = send("http");
  EXPECT_FALSE(asked->is_answered());
  EXPECT_EQ(asked->allowance(), 30s);
  const auto end = sample_message_end(job_state::completed);
  sessions_.waiting(end);

  const auto answer = asked->answered();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), "/api/messaging/jobs/" + std::string{sample_job_id});
  EXPECT_EQ(answer.body, http::sent_message_body(sample_sent_message(), &end));
}

TEST_F(Sessions, SenderThatWaitsLearnsOfTheFailure) {
  struct row {
    job_state state;
    int status;
    std::string reason;
  };
  const row table[] = {{job_state::failed, 502, "agent answered 500"},
                       {job_state::canceled, 502, "Job was canceled"},
                       {job_state::timeout, 504, "Job timed out waiting for agent response"},
                       {job_state::processing, 503, std::string{http::stopping_text}}};
  for (const auto& [state, status, reason] : table) {
    sessions_.sent = sample_sent_message();
    const auto asked = send("sync");
    sessions_.waiting(sample_message_end(state));

    const auto answer = asked->answered();
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(code_in(answer), "MESSAGE_SEND_FAILED");
    EXPECT_EQ(message_in(answer), failed_to_send + reason);
    EXPECT_EQ(json::parse(answer.body)["error"]["details"],
              json({{"jobId", sample_job_id}, {"messageId", sample_message_id}}));
  }
}

TEST_F(Sessions, StreamShowsTheMessageAtOnceAndTheAnswerAtTheEnd) {
  sessions_.sent = sample_sent_message();

  const auto asked = send("sse");
  EXPECT_NE(asked->portions().find("event: user_message\n"), std::string::npos);
  EXPECT_FALSE(asked->is_answered());
  const auto end = sample_message_end(job_state::completed);
  sessions_.waiting(end);

  const auto answer = asked->answered();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer.body, "event: user_message\ndata: " + http::user_message(sample_sent_message())
                           + "\n\nevent: chunk\ndata: {\"messageId\":\""
                           + std::string{sample_answer_id}
                           + "\",\"chunk\":\"42\",\"index\":0}\n\nevent: done\ndata: "
                           + http::agent_response(end) + "\n\n");
}

TEST_F(Sessions, StreamEndsWithTheError) {
  sessions_.sent = sample_sent_message();
  const auto asked = send("stream");
  sessions_.waiting(sample_message_end(job_state::failed));

  EXPECT_TRUE(
    asked->answered().body.ends_with("event: error\ndata: {\"error\":\"agent answered 500\"}\n\n"));
}

TEST_F(Sessions, ReaderThatLeavesStopsNothing) {
  sessions_.sent = sample_sent_message();
  auto asked = std::make_shared<test_exchange>(
    post_json(messages_path, R"({"content":"x","transport":"sse"})"));
  asked->portions_max = 1; // the head goes out, the first event does not
  asked->begin();
  app_.handle(asked);

  EXPECT_TRUE(asked->is_released());
  sessions_.waiting(sample_message_end(job_state::completed));
  EXPECT_FALSE(asked->is_answered());
}

TEST_F(Sessions, UnknownPathsAndMethodsAreUnknownEndpoints) {
  const std::string body
    = R"({"success":false,"error":{"message":"API endpoint not found","code":404}})";
  for (const auto& answer :
       {ask("PUT", base), ask("POST", path), ask("GET", path + "/renew"), ask("DELETE", base),
        ask("GET", path + "/messages/1"), ask("GET", "/api/agents/x"), ask("POST", "/api/agents"),
        ask("GET", "/api/memory"), ask("GET", "/api/messaging/channels")}) {
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.body, body);
  }
}

TEST_F(Sessions, Agents) {
  const auto answer = ask("GET", "/api/agents");

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"success":true,"data":{"agents":[{"id":")"
                           + std::string{sample_agent_id}
                           + R"(","name":"echo","characterName":"echo","bio":"",)"
                             R"("status":"active"}]}})");
}

} // namespace
} // namespace callboard::tests
