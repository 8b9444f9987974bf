// Single runs of scheduled jobs over a fake engine, and jobs that something stands in the way of.

#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {

namespace {

using nlohmann::json;

const std::string job_path = "/api/jobs/01890a5d-ac96-774b-bcce-b302099a8057";
constexpr auto run_id = "01890a5d-ac96-774b-bcce-b302099a8058";
const std::string run_path = job_path + "/runs/" + run_id;

sample_request asking(std::string method, std::string target, std::string body = {}) {
  sample_request made;
  made.method = std::move(method);
  made.target = std::move(target);
  made.body = std::move(body);
  return made;
}

job_ptr sample_run(job_state state) {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse(run_id);
  spec->kind = job_kind::run;
  spec->run = std::make_shared<const run_fields>();
  auto made = std::make_shared<job>();
  made->state = state;
  made->spec = spec;
  return made;
}

class ScheduleRunsApi : public ::testing::Test {
protected:
  ScheduleRunsApi() {
    auto made = std::make_shared<scheduled_job>();
    made->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    schedule_definition what;
    what.name = "job";
    what.schedule = "0 6 * * *";
    what.timezone = "US/Eastern";
    what.payload = json_text::from_valid("{}");
    made->definition = std::make_shared<const schedule_definition>(what);
    job = made;
    engine.scheduled.job = job;
    engine.scheduled.finished_runs = {sample_run(job_state::processing)};
  }

  raw_response ask(const sample_request& what) {
    return tests::ask(app_, what);
  }

  std::shared_ptr<scheduled_job> job;
  fake_service engine;

private:
  http::application app_{{}, engine, nullptr, std::make_shared<http::in_flight>()};
};

TEST_F(ScheduleRunsApi, OneRunLooksAsInTheList) {
  const auto list = json::parse(ask(asking("GET", job_path + "/runs")).body);

  const auto answer = ask(asking("GET", run_path));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body), list.at(0));
  EXPECT_EQ(engine.scheduled.asked_runs.back(), *uuid::parse(run_id));
  EXPECT_EQ(engine.scheduled.asked.back().organisation, "default");
}

TEST_F(ScheduleRunsApi, NewRunIsFoundWhereItsLocationSays) {
  const auto started = ask(asking("POST", job_path + "/run"));

  EXPECT_EQ(started.status, 202);
  EXPECT_EQ(started.header("Location"), run_path);
}

TEST_F(ScheduleRunsApi, WhatIsNoRunIsNotFound) {
  for (const auto* path : {"/runs/01890a5d-ac96-774b-bcce-b302099a8059", "/runs/run-1"}) {
    const auto answer = ask(asking("GET", job_path + path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(json::parse(answer.body)["detail"], "run not found");
  }
  const auto answer = ask(asking("GET", std::string{"/api/jobs/job-1/runs/"} + run_id));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(json::parse(answer.body)["detail"], "job not found");
}

TEST_F(ScheduleRunsApi, CancelAnswersWithTheCanceledRun) {
  engine.scheduled.canceled = sample_run(job_state::canceled);
  const std::pair<const char*, const char*> rows[]
    = {{"", ""}, {"{}", ""}, {R"({"reason":null})", ""}, {R"({"reason":"too slow"})", "too slow"}};
  for (const auto& [body, reason] : rows) {
    const auto answer = ask(asking("POST", run_path + "/cancel", body));
    EXPECT_EQ(answer.status, 200) << body << answer.body;
    EXPECT_EQ(json::parse(answer.body)["status"], "canceled");
    EXPECT_EQ(engine.scheduled.cancel_reasons.back(), reason);
  }
}

TEST_F(ScheduleRunsApi, CancelOfARunThatIsOverIsAConflict) {
  const auto answer = ask(asking("POST", run_path + "/cancel"));

  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(json::parse(answer.body)["code"], "conflict");
}

TEST_F(ScheduleRunsApi, WrongRequestsAreRefused) {
  const auto cancel_path = run_path + "/cancel";
  const std::pair<sample_request, const char*> rows[]
    = {{asking("POST", cancel_path, R"({"reason":1})"), "/reason"},
       {asking("POST", cancel_path, R"({"why":"so"})"), "/why"},
       {asking("POST", cancel_path, "[]"), ""},
       {asking("POST", cancel_path + "?force=1"), "?force"},
       {asking("GET", run_path + "?verbose=1"), "?verbose"},
       {asking("POST", cancel_path, R"({"reason":")" + std::string(1001, 'x') + "\"}"), "/reason"}};
  for (const auto& [what, field] : rows) {
    const auto answer = ask(what);
    EXPECT_EQ(answer.status, 400) << what.target << what.body;
    EXPECT_EQ(json::parse(answer.body)["errors"][0]["field"], field);
  }
  EXPECT_EQ(ask(asking("DELETE", run_path)).header("Allow"), "GET, HEAD");
  EXPECT_EQ(ask(asking("GET", cancel_path)).header("Allow"), "POST");
}

TEST_F(ScheduleRunsApi, JobThatIsBlockedSaysByWhat) {
  EXPECT_FALSE(json::parse(ask(asking("GET", job_path)).body).contains("blockedBy"));
  job->blocked_by = {"timezone US/Eastern is not available", "agent x is not configured"};

  const auto shown = json::parse(ask(asking("GET", job_path)).body);

  EXPECT_EQ(shown.at("blockedBy"),
            "timezone US/Eastern is not available; agent x is not configured");
  EXPECT_TRUE(shown.at("nextRunAt").is_null());
}

/// Symptom: a client that sent back what it had read could not change a job whose zone was gone.
TEST_F(ScheduleRunsApi, WhetherAMissingZoneMattersTheEngineSays) {
  const auto edit = [&](const char* body) { return ask(asking("PATCH", job_path, body)).status; };

  EXPECT_EQ(edit(R"({"timezone":"Mars/Olympus","name":"other"})"), 200);
  EXPECT_EQ(engine.scheduled.edits.size(), 1u);
  EXPECT_EQ(edit(R"({"timezone":"Mars/Olympus","name":""})"), 400);
  EXPECT_EQ(edit(R"({"timezone":1})"), 400);
  engine.scheduled.job = fail(errc::invalid_argument, "timezone no known time zone");
  EXPECT_EQ(edit(R"({"timezone":"Mars/Olympus"})"), 400);
}

TEST_F(ScheduleRunsApi, VerboseReadinessNamesWhatIsInTheWayOfJobs) {
  engine.state.schedule_blocks
    = {{"agent x is not configured", 1, {}}, {"timezone US/Eastern is not available", 3, {"job"}}};

  const auto answer = ask(asking("GET", "/readyz?verbose"));

  EXPECT_EQ(answer.status, 200) << "all other jobs run";
  EXPECT_EQ(json::parse(answer.body)["checks"][3],
            json({{"name", "schedules"},
                  {"status", "warning"},
                  {"reason", "agent x is not configured (jobs: 1); timezone US/Eastern is not "
                             "available (jobs: 3)"}}));
}

} // namespace

} // namespace callboard::tests
