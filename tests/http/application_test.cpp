#include "http/application.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using nlohmann::json;
using testing::MatchesRegex;

/// Task callbacks that say what a test wants and remember what they were asked.
class fake_callbacks final : public task_callbacks {
public:
  std::string expect(const uuid&, completion) override {
    return {};
  }

  void close(const uuid&) override {
    // nop
  }

  result<void> deliver(const uuid& task_id, std::string_view token,
                       std::string_view body) override {
    delivered = task_id.to_string() + '|' + std::string{token} + '|' + std::string{body};
    return answer;
  }

  result<void> answer{};
  std::string delivered;
};

class Application : public testing::Test {
protected:
  raw_response ask(const sample_request& sample) {
    return tests::ask(app_, sample);
  }

  raw_response get(std::string target) {
    return ask({.target = std::move(target)});
  }

  fake_service service_;
  std::shared_ptr<fake_callbacks> callbacks_ = std::make_shared<fake_callbacks>();
  std::shared_ptr<http::in_flight> in_flight_ = std::make_shared<http::in_flight>();
  http::application app_{{.body_bytes_max = 100}, service_, callbacks_, in_flight_};
};

TEST_F(Application, UnknownRouteIsAProblem) {
  for (const auto* target :
       {"/", "/nothing", "/service/agent-jobs", "/api/jobs/1/x", "/metrics", "//", "/LIVEZ",
        "/apis", "/api/events/x", "/api/webhooks", "/api/workers/1", "/api/admin/v1/x"}) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << target;
    EXPECT_EQ(json::parse(answer.body)["code"], "not_found") << target;
  }
}

TEST_F(Application, UnknownRouteBelowApiHasTheFormOfMessaging) {
  // It was a problem, which clients of that API cannot read.
  for (const auto* target : {"/api", "/api/", "/api/job", "/api/agents/x/y", "/api/jobss",
                             "/api/server/status", "/api/eventss"}) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.body,
              R"({"success":false,"error":{"message":"API endpoint not found","code":404}})");
  }
  EXPECT_EQ(get("/api/%zz").status, 400);
  EXPECT_THAT(get("/api/%zz").body, testing::StartsWith(R"({"success":false,"error":")"));
}

TEST_F(Application, WrongMethodIs405WithAllow) {
  for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}) {
    const auto answer = ask({.method = method, .target = "/livez"});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD") << method;
    EXPECT_EQ(json::parse(answer.body)["code"], "method_not_allowed") << method;
  }
  EXPECT_EQ(get("/agents/tasks/x/result").header("Allow"), "POST");
}

TEST_F(Application, HeadWorksWhereverGetDoes) {
  for (const auto& each : app_.routes().routes()) {
    if (each.verb != http::method::get)
      continue;
    const std::string target{each.pattern};
    EXPECT_EQ(ask({.method = "HEAD", .target = target}).status, get(target).status) << target;
  }
}

TEST_F(Application, CallersRequestIdIsGivenBackIfItIsUsable) {
  const auto id_for = [this](std::string id) {
    return ask(sample_request{.target = "/livez"}.with("x-request-id", std::move(id)))
      .header("X-Request-Id");
  };

  for (const std::string& id : {std::string{"abc-123"}, std::string{"!~"}, std::string(128, 'x')})
    EXPECT_EQ(id_for(id), id);
  for (const std::string& id :
       {std::string{}, std::string(129, 'x'), std::string{"a b"}, std::string{"caf\xc3\xa9"},
        std::string{"a\r\nX-Evil: 1"}, std::string{"a\tb"}, std::string{"\x7f"}})
    EXPECT_THAT(id_for(id), MatchesRegex("[0-9a-f]{32}"));
}

TEST_F(Application, RequestIdsAreNew) {
  EXPECT_NE(get("/livez").header("X-Request-Id"), get("/livez").header("X-Request-Id"));
}

TEST_F(Application, RequestThatStandsForABadOneGetsItsAnswerAndEndsTheConnection) {
  const auto answer = ask({.target = "/livez", .fault = &http::faults::bad_host});

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(json::parse(answer.body)["code"], "bad_host");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_THAT(answer.header("X-Request-Id"), MatchesRegex("[0-9a-f]{32}"));
}

TEST_F(Application, FaultHasTheFormOfTheApi) {
  const auto answer = ask({.target = "/api/messaging/jobs", .fault = &http::faults::slow_head});

  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.body, R"({"success":false,"error":{"message":"the head of the request took too )"
                         R"(long to arrive","code":408}})");
}

TEST_F(Application, FaultNeedsNoTarget) {
  EXPECT_EQ(ask({.target = "*", .fault = &http::faults::bad_request_line}).status, 400);
}

TEST_F(Application, QuestionAboutTheServerAsAWholeHasNoContent) {
  EXPECT_EQ(ask({.method = "OPTIONS", .target = "*"}).status, 204);
}

TEST_F(Application, UpgradesAreIgnored) {
  const auto answer = ask(sample_request{.target = "/livez"}
                            .with("Connection", "keep-alive, Upgrade")
                            .with("Upgrade", "websocket"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.count("Connection"), 0u);
}

TEST_F(Application, OfferOfHttp2IsIgnored) {
  const auto answer = ask(sample_request{.target = "/livez"}
                            .with("Connection", "Upgrade, HTTP2-Settings")
                            .with("Upgrade", "h2c")
                            .with("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.count("Connection"), 0u);
}

TEST_F(Application, TargetMayBeAbsolute) {
  EXPECT_EQ(get("http://127.0.0.1:3000/livez").status, 200);
  EXPECT_EQ(get("HTTPS://x/readyz?verbose").status, 200);
  for (const auto* target : {"http://a", "http://a?x"})
    EXPECT_EQ(get(target).status, 404) << target;
  for (const auto* target : {"*", "livez", "ftp://a/livez", "://a/b", ""}) {
    EXPECT_EQ(get(target).status, 400) << target;
    EXPECT_EQ(json::parse(get(target).body)["code"], "bad_target") << target;
  }
}

TEST_F(Application, BadEscapeIsAProblem) {
  const auto answer = get("/livez%");

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body)["code"], "bad_path");
}

TEST_F(Application, TooLargeBodyIs413InTheFormOfTheApi) {
  const auto body = std::string(101, 'x');

  const auto messaging = ask(post_json("/api/messaging/jobs", body));
  EXPECT_EQ(messaging.status, 413);
  EXPECT_EQ(messaging.body, R"({"success":false,"error":{"message":"request body is larger than )"
                            R"(100 bytes","code":413}})");
  const auto other = ask(post_json("/agents/tasks/x/result", body));
  EXPECT_EQ(other.status, 413);
  EXPECT_EQ(json::parse(other.body)["code"], "too_large");
}

TEST_F(Application, LargestBodyAllowedIsTaken) {
  EXPECT_EQ(ask(post_json("/api/messaging/jobs", std::string(100, ' '))).status, 400);
}

TEST_F(Application, LiveAsLongAsItAnswers) {
  service_.state.is_draining = true;
  in_flight_->begin_closing();

  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/livez").body, R"({"status":"ok"})");
}

TEST_F(Application, ReadyUnlessItDrainsOrTheStoreFails) {
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, R"({"status":"ok"})");
  EXPECT_EQ(get("/healthz").status, 200);

  service_.state.is_draining = true;
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/healthz").status, 503);
  EXPECT_EQ(get("/readyz").header("Retry-After"), "1");
  EXPECT_EQ(json::parse(get("/readyz").body)["code"], "draining");

  service_.state = {};
  service_.state.store_fault = "cannot write /var/lib/callboard.db";
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(json::parse(get("/readyz").body)["code"], "store_failed");
  EXPECT_EQ(get("/readyz?verbose").body.find("/var/lib"), std::string::npos);
}

TEST_F(Application, NotReadyOnceTheServerStops) {
  in_flight_->begin_closing();

  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Application, VerboseReadinessListsTheChecks) {
  EXPECT_EQ(get("/readyz?verbose").body,
            R"({"status":"ok","checks":[{"name":"server","status":"ok"},)"
            R"({"name":"engine","status":"ok"},{"name":"store","status":"ok"}]})");

  service_.state.store_fault = "x";
  const auto failed = json::parse(get("/readyz?verbose=1").body);
  EXPECT_EQ(failed["status"], 503);
  EXPECT_EQ(failed["checks"][2], (json{{"name", "store"}, {"status", "failed"}, {"reason", "x"}}));
}

// Symptom: `/readyz?verbose` said that the store fails, but not why.
TEST_F(Application, VerboseReadinessGivesTheReasonWithoutPaths) {
  const std::pair<std::string, std::string> reasons[] = {
    {"the disk that holds the database is full", "the disk that holds the database is full"},
    {"the database cannot be read or written: disk I/O error",
     "the database cannot be read or written: disk (path) error"},
    {"cannot write /var/lib/callboard.db", "cannot write (path)"},
    {"/var/lib/callboard.db: full", "(path): full"},
    {"cannot open \"/var/lib/a b.db\"", "cannot open \"(path) b.db\""},
    {"cannot open (../a.db)", "cannot open ((path))"},
    {R"(cannot open C:\jobs.db)", "cannot open (path)"},
    {"a \"quoted\"\nreason", "a \"quoted\"\nreason"},
  };
  for (const auto& [fault, shown] : reasons) {
    service_.state.store_fault = fault;
    EXPECT_EQ(json::parse(get("/readyz?verbose").body)["checks"][2]["reason"], shown);
  }
}

TEST_F(Application, TaskResultIsDelivered) {
  auto sample
    = post_json("/agents/tasks/" + std::string{sample_job_id} + "/result", R"({"content":"x"})");

  const auto answer = ask(sample.with("Authorization", "Bearer tok"));

  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(callbacks_->delivered, std::string{sample_job_id} + R"(|tok|{"content":"x"})");
}

TEST_F(Application, RefusedTaskResultHasItsStatus) {
  struct row {
    errc code;
    int status;
    std::string word;
  };
  const row table[]
    = {{errc::not_found, 404, "not_found"}, {errc::forbidden, 401, "unauthorized"},
       {errc::conflict, 409, "conflict"},   {errc::invalid_argument, 400, "invalid_argument"},
       {errc::capacity, 413, "too_large"},  {errc::internal, 500, "internal"}};
  const auto sample = post_json("/agents/tasks/" + std::string{sample_job_id} + "/result", "{}");

  for (const auto& [code, status, word] : table) {
    callbacks_->answer = fail(code, "why");
    const auto answer = ask(sample);
    EXPECT_EQ(answer.status, status) << word;
    EXPECT_EQ(json::parse(answer.body)["code"], word);
    EXPECT_EQ(answer.count("WWW-Authenticate"), status == 401 ? 1u : 0u);
  }
}

TEST_F(Application, TaskResultNeedsAnId) {
  EXPECT_EQ(ask(post_json("/agents/tasks/x/result", "{}")).status, 404);
  EXPECT_EQ(callbacks_->delivered, "");
}

TEST_F(Application, WithoutCallbacksNoTaskIsKnown) {
  http::application bare{{}, service_, nullptr, in_flight_};

  EXPECT_EQ(
    tests::ask(bare, post_json("/agents/tasks/" + std::string{sample_job_id} + "/result", "{}"))
      .status,
    404);
}

} // namespace
} // namespace callboard::tests
