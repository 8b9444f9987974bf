// The Scheduled Jobs API over a fake engine: what is asked of it, and how its answers look.

#include "tests/http/api/schedules_fixture.hpp"

namespace callboard::tests {

namespace {

TEST_F(SchedulesApi, CreatesWhatTheBodySays) {
  const auto answer = post(sample_body());

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), job_path);
  EXPECT_EQ(answer.header("ETag"), "\"3\"");
  ASSERT_EQ(engine.scheduled.created.size(), 1u);
  const auto& made = engine.scheduled.created.front();
  EXPECT_EQ(made.name, "SocialMediaProactivePost");
  EXPECT_EQ(made.schedule, "0 */4 * * *");
  EXPECT_FALSE(made.interval);
  EXPECT_FALSE(made.retry);
  EXPECT_EQ(made.time_limit, 300s);
  EXPECT_TRUE(made.content.empty());
  EXPECT_EQ(made.payload.text(), sample_body()["payload"].dump());
}

TEST_F(SchedulesApi, ReadsAllFields) {
  auto body = sample_body();
  body.erase("schedule");
  body.update({{"interval", 250.0},
               {"timezone", "Asia/Tokyo"},
               {"enabled", false},
               {"retryPolicy", {{"maxRetries", 7}, {"backoff", "fixed"}}},
               {"timeoutMs", 1},
               {"overlap", "queue"},
               {"missed", "all"},
               {"payload", {{"prompt", "Say hello."}}}});
  EXPECT_EQ(post(body).status, 201);

  const auto& made = engine.scheduled.created.front();
  EXPECT_EQ(made.interval, 250ms);
  EXPECT_EQ(made.timezone, "Asia/Tokyo");
  EXPECT_FALSE(made.is_enabled);
  EXPECT_EQ(
    made.retry,
    (retry_policy{
      .retries_max = 7, .delay = 1s, .delay_max = 60s, .growth = backoff::fixed, .jitter = 0.2}));
  EXPECT_EQ(made.time_limit, 1ms);
  EXPECT_EQ(made.overlap, overlap_policy::queue);
  EXPECT_EQ(made.missed, missed_policy::all);
  EXPECT_EQ(made.content, "Say hello.");
}

TEST_F(SchedulesApi, ShowsAJobAsDocumented) {
  const auto answer = ask(asking("GET", job_path));

  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(
    answer.body,
    R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"job","description":null,)"
    R"("agentId":"550e8400-e29b-41d4-a716-446655440000","schedule":"0 */4 * * *","interval":null,)"
    R"("payload":{"action":"clean"},"timezone":"UTC","enabled":true,"retryPolicy":null,)"
    R"("timeoutMs":300000,"overlap":"skip","missed":"skip","status":"active",)"
    R"("createdAt":"2026-03-01T00:00:00.000Z","updatedAt":"2026-03-01T00:00:00.000Z",)"
    R"("lastRunAt":"2026-03-01T04:00:00.000Z","lastRun":{)"
    R"("runId":"01890a5d-ac96-774b-bcce-b302099a8058","status":"timeout","trigger":"manual",)"
    R"("scheduledAt":"2026-03-01T04:00:00.000Z","startedAt":"2026-03-01T04:00:00.005Z",)"
    R"("finishedAt":"2026-03-01T04:00:01.005Z","durationMs":1000,"result":null,)"
    R"("error":{"code":"timeout","message":"the attempt took longer than 1000 ms"},"attempts":2},)"
    R"("nextRunAt":"2026-03-01T08:00:00.000Z","runCount":1,"failureCount":1,"missedCount":0,)"
    R"("skippedCount":0,"version":3})");
}

TEST_F(SchedulesApi, AllFaultsOfABodyAreToldAtOnce) {
  EXPECT_EQ(faults(body_of("POST", "/api/jobs", "{}")), "/name /agentId /payload /schedule ");
  EXPECT_EQ(faults(body_of("POST", "/api/jobs", "[]")), " ");
  auto body = sample_body();
  body.update({{"id", "x"},
               {"nmae", 1},
               {"agentId", "x"},
               {"interval", 50},
               {"schedule", "61 * * * *"},
               {"timezone", "Mars"},
               {"enabled", 1},
               {"timeoutMs", 86'400'001},
               {"overlap", "both"},
               {"missed", true},
               {"retryPolicy", {{"maxRetries", 101}, {"jitter", 2}, {"more", 1}}},
               {"payload", "x"},
               {"name", " x"}});
  EXPECT_EQ(
    faults(body_of("POST", "/api/jobs", body.dump())),
    "/id /nmae /agentId /payload /enabled /timeoutMs /overlap /missed "
    "/retryPolicy/more /retryPolicy/maxRetries /retryPolicy/jitter /name /interval /schedule "
    "/timezone ");
  EXPECT_TRUE(engine.scheduled.created.empty());
}

TEST_F(SchedulesApi, ScheduleAndIntervalExcludeEachOther) {
  auto body = sample_body();
  body["interval"] = 1000;
  EXPECT_EQ(faults(body_of("POST", "/api/jobs", body.dump())), "/interval ");
  EXPECT_EQ(faults(body_of("PATCH", job_path, R"({"interval":1000,"schedule":"@daily"})")),
            "/interval ");
}

TEST_F(SchedulesApi, BodyThatIsNoJsonIsRefused) {
  const auto answer = ask(body_of("POST", "/api/jobs", "{"));

  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body)["code"], "malformed_json");
}

TEST_F(SchedulesApi, ChangesOnlyWhatTheBodySays) {
  EXPECT_EQ(ask(body_of("PATCH", job_path, R"({ "schedule": "0 12 * * *" })")).status, 200);
  EXPECT_EQ(ask(body_of("PATCH", job_path, R"({"description":null,"retryPolicy":null})")).status,
            200);
  EXPECT_EQ(faults(body_of("PATCH", job_path, "{}")), " ");
  EXPECT_EQ(faults(body_of("PATCH", job_path, R"({"name":null,"schedule":"x","timezone":"y"})")),
            "/name /schedule /timezone ");

  schedule_definition what = *sample_schedule()->definition;
  what.schedule.clear();
  what.interval = 5s;
  what.description = "x";
  what.retry = retry_policy{};
  engine.scheduled.edits.at(0)(what);
  EXPECT_EQ(what.schedule, "0 12 * * *");
  EXPECT_FALSE(what.interval);
  EXPECT_EQ(what.description, "x");
  engine.scheduled.edits.at(1)(what);
  EXPECT_FALSE(what.description);
  EXPECT_FALSE(what.retry);
}

TEST_F(SchedulesApi, IfMatchNamesTheVersion) {
  const std::pair<const char*, std::vector<std::uint64_t>> rows[]
    = {{"\"3\"", {3}},
       {"*", {}},
       {"\"3\", \"4\"", {3, 4}},
       // A proxy that compresses makes tags weak or adds to them: a change through it was 412.
       {"W/\"3\"", {3}},
       {"\"3-gzip\"", {3}},
       {"W/\"3-br\" , W/\"4\"", {3, 4}},
       {"\"x\", \"4\"", {4}},
       {"3", {0}},
       {"W/3", {0}},
       {"w/\"3\"", {0}},
       {"\"\"", {0}},
       {"\"3x\"", {0}},
       {"\"-gzip\"", {0}},
       {"\"99999999999999999999\"", {0}},
       {"", {0}}};
  for (const auto& [header, versions] : rows) {
    ask(asking("DELETE", job_path).with("If-Match", header));
    EXPECT_EQ(engine.scheduled.asked.back().versions, versions) << header;
  }
  ask(asking("DELETE", job_path).with("If-Match", "\"3\"").with("If-Match", "\"4\""));
  EXPECT_EQ(engine.scheduled.asked.back().versions, (std::vector<std::uint64_t>{3, 4}));
  engine.scheduled.job = fail(errc::version_mismatch, "the job has version 3");
  const auto answer = ask(body_of("PATCH", job_path, R"({"name":"x"})").with("If-Match", "\"2\""));
  EXPECT_EQ(answer.status, 412);
  EXPECT_EQ(json::parse(answer.body)["code"], "version_mismatch");
}

TEST_F(SchedulesApi, OtherRoutesAnswerAsDocumented) {
  const std::string path = job_path;
  engine.scheduled.jobs = {sample_schedule()};

  EXPECT_EQ(ask(asking("DELETE", path)).body,
            R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"job","deleted":true})");
  const auto run = ask(asking("POST", path + "/run"));
  EXPECT_EQ(run.status, 202);
  EXPECT_EQ(run.body, R"({"runId":"01890a5d-ac96-774b-bcce-b302099a8058"})");
  EXPECT_EQ(ask(asking("POST", path + "/pause")).status, 200);
  EXPECT_EQ(ask(asking("POST", path + "/resume")).status, 200);
  EXPECT_EQ(json::parse(ask(asking("GET", path + "/runs")).body).size(), 1u);
  EXPECT_EQ(ask(asking("GET", path + "/next?count=2&after=2026-03-01T00:00:00%2B01:00")).body,
            R"(["2026-02-28T23:00:00.000Z","2026-02-28T23:00:00.000Z"])");
  EXPECT_EQ(json::parse(ask(asking("GET", "/api/jobs?status=active&name=job")).body).size(), 1u);
  EXPECT_EQ(engine.scheduled.listed.back().name, "job");
  EXPECT_EQ(engine.scheduled.listed.back().organisation, "default");
}

TEST_F(SchedulesApi, BadQueriesAreRefused) {
  const std::string path = job_path;
  EXPECT_EQ(faults(asking("GET", "/api/jobs?agentId=x&status=done")), "?agentId ?status ");
  EXPECT_EQ(faults(asking("GET", "/api/jobs?limit=0")), "?limit ");
  EXPECT_EQ(faults(asking("GET", "/api/jobs?limit=1001")), "?limit ");
  EXPECT_EQ(faults(asking("GET", "/api/jobs?limit=x&after=a&after=b")), "?after ?limit ");
  EXPECT_EQ(faults(asking("GET", path + "/runs?limit=0&status=scheduled")), "?limit ?status ");
  EXPECT_EQ(faults(asking("GET", path + "/next?count=1001&after=today")), "?count ?after ");
}

TEST_F(SchedulesApi, FaultsOfTheEngineHaveTheirStatus) {
  const std::pair<errc, int> rows[]
    = {{errc::invalid_argument, 400}, {errc::not_found, 404}, {errc::agent_not_found, 404},
       {errc::conflict, 409},         {errc::capacity, 503},  {errc::unavailable, 503},
       {errc::internal, 500}};
  for (const auto& [code, status] : rows) {
    error fault{code, "schedule must not be in the past"};
    if (code == errc::invalid_argument)
      fault.faults = {{"/schedule", "must not be in the past"}};
    engine.scheduled.job = tl::unexpected{fault};
    const auto answer = post(sample_body());
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(!answer.header("Retry-After").empty(), status == 503);
    if (status == 400) {
      EXPECT_EQ(json::parse(answer.body)["errors"][0],
                json({{"field", "/schedule"}, {"message", "must not be in the past"}}));
    }
  }
  EXPECT_EQ(ask(asking("GET", "/api/jobs/job-12345")).status, 404);
}

TEST_F(SchedulesApi, WrongMethodsNameTheRightOnes) {
  EXPECT_EQ(ask(asking("PUT", job_path)).status, 405);
  EXPECT_EQ(ask(asking("PUT", job_path)).header("Allow"), "GET, HEAD, PATCH, DELETE");
  EXPECT_EQ(ask(asking("GET", std::string{job_path} + "/run")).header("Allow"), "POST");
}

TEST_F(SchedulesApi, JobWithACallbackIsMarkedAndHasNoAgent) {
  const auto plain = json::parse(ask(asking("GET", job_path)).body);
  auto made = sample_schedule();
  auto what = *made->definition;
  what.agent_id = {};
  what.runner = std::make_shared<idle_agent>();
  made->definition = std::make_shared<const schedule_definition>(what);
  engine.scheduled.job = made;

  const auto shown = json::parse(ask(asking("GET", job_path)).body);

  EXPECT_TRUE(shown.at("agentId").is_null());
  EXPECT_EQ(shown.at("callback"), true);
  EXPECT_FALSE(plain.contains("callback"));
}

} // namespace

} // namespace callboard::tests
