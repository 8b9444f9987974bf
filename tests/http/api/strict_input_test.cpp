// What requests say that no route knows, and what is said of that: all faults, each once, each with what
// is allowed.

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <callboard/date_time.hpp>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;
using testing::UnorderedElementsAre;

const std::string job_path = "/api/jobs/01890a5d-ac96-774b-bcce-b302099a8057";
const std::string agent_job = "/services/agent-jobs/" + std::string{sample_job_id};

class StrictInput : public testing::Test {
protected:
  StrictInput() {
    auto job = std::make_shared<scheduled_job>();
    job->definition = std::make_shared<const schedule_definition>();
    service_.scheduled.job = job;
    http_options options;
    options.keys = {key_with_all_scopes()};
    job_type type;
    type.id = "report";
    type.organisation = "org-all";
    type.agent_id = *uuid::parse(sample_agent_id);
    type.default_config.start_prompt = "{{params.n}}{{target_channel.data.x}}";
    const auto schema = json::parse(R"({"properties":{"kind":{"enum":["daily","weekly"]}}})");
    type.params_schema = json_text::from_valid(schema.dump());
    type.schema = json_schema::compile(schema).value();
    options.job_types = {type};
    options.organisations = {{"org-two", ""}};
    app_ = std::make_unique<http::application>(options, service_, nullptr,
                                               std::make_shared<http::in_flight>());
  }

  raw_response hear(const std::string& method, const std::string& target,
                    const std::string& body = {}, const std::string& type = "application/json") {
    sample_request sample{.method = method, .target = target, .body = body};
    return ask(*app_, sample.with("X-API-Key", key_text).with("Content-Type", type));
  }

  /// The fields that a request is refused for, with what is said of each.
  std::vector<std::pair<std::string, std::string>> faults(const std::string& method,
                                                          const std::string& target,
                                                          const std::string& body = {}) {
    const auto answer = hear(method, target, body);
    EXPECT_EQ(answer.status, 400) << method << ' ' << target << ' ' << answer.body;
    std::vector<std::pair<std::string, std::string>> found;
    const auto problem = json::parse(answer.body, nullptr, false);
    for (const auto& each : problem.value("errors", json::array()))
      found.emplace_back(each["field"], each["message"]);
    return found;
  }

  const std::vector<std::pair<std::string, std::string>> routes_without_body{
    {"GET", "/api/jobs"},
    {"GET", job_path},
    {"DELETE", job_path},
    {"POST", job_path + "/run"},
    {"POST", job_path + "/pause"},
    {"POST", job_path + "/resume"},
    {"GET", job_path + "/runs/" + std::string{sample_job_id}},
    {"GET", job_path + "/runs"},
    {"GET", job_path + "/next"}};

  fake_service service_;
  std::unique_ptr<http::application> app_;
};

TEST_F(StrictInput, UnknownParametersOfScheduledJobsAreNamed) {
  // ?limt=5 was as good as no limit.
  auto routes = routes_without_body;
  routes.insert(routes.end(), {{"POST", "/api/jobs"}, {"PATCH", job_path}});
  for (const auto& [method, target] : routes) {
    const auto body = method == "PATCH" || target == "/api/jobs" ? R"({"name":"x"})" : "";
    EXPECT_THAT(faults(method, target + "?limt=5&wait=1", method == "GET" ? "" : body),
                testing::IsSupersetOf({Pair("?limt", StartsWith("is not a known parameter; ")),
                                       Pair("?wait", StartsWith("is not a known parameter; "))}))
      << method << target;
  }
  EXPECT_THAT(faults("GET", "/api/jobs?limt=5")[0].second,
              HasSubstr("known ones are name, agentId"));
  EXPECT_THAT(faults("GET", job_path + "/runs?x"),
              ElementsAre(Pair("?x", "is not a known parameter; known ones are limit, status")));
  EXPECT_THAT(faults("GET", job_path + "/next?x&%63ount=0"),
              ElementsAre(Pair("?count", "must be an integer from 1 to 1000"),
                          Pair("?x", "is not a known parameter; known ones are count, after")));
  EXPECT_THAT(faults("POST", job_path + "/run?now"),
              ElementsAre(Pair("?now", "is not a known parameter; this route has none")));
}

TEST_F(StrictInput, BodiesThatScheduledJobsDoNotReadAreRefusedByMember) {
  // POST …/run with {"payload":…} ran with the job's own payload.
  for (const auto& [method, target] : routes_without_body) {
    SCOPED_TRACE(method + target);
    EXPECT_THAT(
      faults(method, target, R"({"payload":{},"a/b":1})"),
      UnorderedElementsAre(Pair("/a~1b", "is not a known field; this route has none"),
                           Pair("/payload", "is not a known field; this route has none")));
    EXPECT_THAT(faults(method, target, "[1]"), ElementsAre(Pair("", "the body must be an object")));
    EXPECT_THAT(hear(method, target, "{").body, HasSubstr("malformed_json"));
    EXPECT_NE(hear(method, target, "{}").status, 400);
    EXPECT_NE(hear(method, target).status, 400);
  }
}

TEST_F(StrictInput, RefusalIsNotMuchLongerThanTheRequest) {
  // 2 MiB of members that are not known were answered with tens of megabytes.
  auto many = json::object();
  for (int i = 0; i < 5000; ++i)
    many["a" + std::to_string(i)] = 0;
  const json channel{{"code", "c"}, {"platform", "p"}};
  const json config{{"target_channel", channel}, {"job_type_id", "report"}, {"config", many}};

  for (const auto& [method, target, body] :
       {std::tuple{"PATCH", job_path, many},
        {"POST", job_path + "/run", many},
        {"PATCH", job_path, json{{"retryPolicy", many}}},
        {"POST", std::string{"/services/agent-jobs"}, config}}) {
    const auto answer = hear(method, target, body.dump());
    EXPECT_EQ(answer.status, 400);
    EXPECT_LT(answer.body.size(), 64U * 1024);
    EXPECT_EQ(json::parse(answer.body)["errors"].size(), 100U);
  }
}

TEST_F(StrictInput, UnknownParametersOfAgentJobsAreNamed) {
  const std::string types = "/organizations/org-all/agent-jobs-type";
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/services/agent-jobs"},
                                                        {"POST", "/services/agent-jobs"},
                                                        {"GET", agent_job},
                                                        {"DELETE", agent_job},
                                                        {"GET", types},
                                                        {"GET", types + "/report"}})
    EXPECT_THAT(faults(method, target + "?dely=5", method == "POST" ? "{}" : ""),
                testing::Contains(Pair("?dely", StartsWith("is not a known parameter"))))
      << method << target;
  for (const auto* known : {"?enrich=all", "?sort=name", "?sort=id:desc&active=all&include=schema"})
    EXPECT_EQ(hear("GET", types + known).status, 200) << known;
}

TEST_F(StrictInput, WrongIntervalIsOneFaultWithOneBound) {
  // {"interval":50} was also told that a schedule must be there, and two different bounds.
  const std::string message = "must be an integer from 100 to 3155760000000";
  for (const auto* interval : {"50", "99", "0", "-1", "1.5", "1e300", "3155760000001", "\"500\"",
                               "true", "[]", "18446744073709551616"}) {
    const auto body = std::string{R"({"name":"x","payload":{},"agentId":")"}
                      + std::string{sample_agent_id} + R"(","interval":)" + interval + '}';
    EXPECT_THAT(faults("POST", "/api/jobs", body), ElementsAre(Pair("/interval", message)))
      << interval;
    EXPECT_THAT(faults("PATCH", job_path, std::string{R"({"interval":)"} + interval + '}'),
                ElementsAre(Pair("/interval", message)))
      << interval;
  }
  EXPECT_THAT(faults("PATCH", job_path, R"({"interval":50,"schedule":"@daily"})"),
              ElementsAre(Pair("/interval", "must not be set together with schedule")));
  EXPECT_THAT(faults("PATCH", job_path, R"({"schedule":5})"),
              ElementsAre(Pair("/schedule", "must be a string")));
  EXPECT_EQ(hear("PATCH", job_path, R"({"interval":3155760000000})").status, 200);
}

TEST_F(StrictInput, FaultsOfWordsListWhatIsAllowed) {
  const auto said
    = [this](const std::string& method, const std::string& target, const std::string& body = {}) {
        const auto found = faults(method, target, body);
        return found.size() == 1 ? found.front().second : "not one fault";
      };
  const auto patch = [&](const std::string& body) { return said("PATCH", job_path, body); };

  EXPECT_EQ(patch(R"({"overlap":"both"})"), "must be skip, queue, allow or cancel");
  EXPECT_EQ(patch(R"({"missed":"never"})"), "must be skip, once or all");
  EXPECT_EQ(patch(R"({"enabled":"yes"})"), "must be true or false");
  EXPECT_EQ(patch(R"({"retryPolicy":{"backoff":"linear"}})"), "must be fixed or exponential");
  EXPECT_EQ(
    patch(R"({"retryPolicy":{"retries":1}})"),
    "is not a known field; known ones are maxRetries, initialDelayMs, maxDelayMs, backoff, jitter");
  EXPECT_THAT(
    patch(R"({"nmae":"x"})"),
    StartsWith("is not a known field; known ones are name, description, agentId, schedule, "));
  EXPECT_EQ(said("GET", "/api/jobs?status=done"), "must be active, paused or completed");
  EXPECT_EQ(said("GET", job_path + "/runs?status=done"),
            "must be pending, processing, completed, failed, timeout or canceled");
  EXPECT_EQ(said("GET", "/services/agent-jobs?status=DONE"),
            "must be a list of SCHEDULED, WAITING, RUNNING, COMPLETED, FAILED and CANCELED");
  EXPECT_THAT(said("GET", "/services/agent-jobs?sort=age:asc"),
              HasSubstr("created_at, updated_at"));
  EXPECT_THAT(said("GET", "/services/agent-jobs?include=all"), HasSubstr("stats"));
  const std::string types = "/organizations/org-all/agent-jobs-type";
  EXPECT_EQ(said("GET", types + "?sort=age"), "must be name or id, with :asc or :desc");
  EXPECT_EQ(said("GET", types + "?include=all"), "must be schema");
  EXPECT_EQ(said("GET", types + "?active=no"), "must be true or all");
  const auto create = [&](const std::string& more) {
    return said("POST", "/services/agent-jobs",
                R"({"target_channel":{"code":"c","platform":"p"},"job_type_id":"report",)" + more
                  + '}');
  };
  EXPECT_EQ(create(R"("params":{"kind":"dayly"})"), R"(must be one of "daily", "weekly")");
  EXPECT_EQ(create(R"("config":{"retries":1})"),
            "is not a known setting; known ones are max_follow_ups, max_task_retries, "
            "task_retry_interval, max_time_to_complete, start_prompt, profile_id");
}

TEST_F(StrictInput, AgentJobsTakeNullForWhatIsNotSet) {
  // Clients of many languages write out what is not set: "must be a string", they were told.
  for (const auto* more :
       {R"("config":null)", R"("config":{"max_follow_ups":null})",
        R"("config":{"max_task_retries":null})", R"("config":{"task_retry_interval":null})",
        R"("config":{"max_time_to_complete":null})", R"("config":{"start_prompt":null})",
        R"("config":{"profile_id":null})", R"("params":null)", R"("tags":null)",
        R"("scheduled_at":null)", R"("other":null)"})
    for (const auto* channel : {"", R"(,"type":null)", R"(,"data":null)", R"(,"org_id":null)"}) {
      const auto body = std::string{R"({"target_channel":{"code":"c","platform":"p")"} + channel
                        + R"(},"job_type_id":"report",)" + more + '}';
      service_.submitted.clear();
      EXPECT_EQ(hear("POST", "/services/agent-jobs", body).status, 201) << body;
      const auto& made = service_.submitted.at(0).first;
      EXPECT_EQ(made.agent_job->params.text(), "{}");
      EXPECT_EQ(made.content, "");
      EXPECT_THAT(made.agent_job->config.text(),
                  HasSubstr(R"("task_retry_interval":1,"max_time_to_complete":60)"));
      // The channel is given back as it came.
      EXPECT_THAT(made.agent_job->target_channel.text(),
                  HasSubstr(*channel == '\0' ? "code" : std::string{channel}.substr(1)));
    }
  EXPECT_NE(hear("DELETE", agent_job, R"({"reason":null})").status, 400);
}

TEST_F(StrictInput, ScheduledJobsTakeNullForWhatIsNotSet) {
  const auto body = std::string{R"({"name":"x","payload":{},"interval":100,"agentId":")"}
                    + std::string{sample_agent_id} + '"';
  for (const auto* more :
       {R"("description":null)", R"("schedule":null)", R"("timezone":null)", R"("enabled":null)",
        R"("timeoutMs":null)", R"("overlap":null)", R"("missed":null)", R"("retryPolicy":null)",
        R"("retryPolicy":{"maxRetries":null,"initialDelayMs":null,"maxDelayMs":null,)"
        R"("backoff":null,"jitter":null})"})
    EXPECT_EQ(hear("POST", "/api/jobs", body + ',' + more + '}').status, 201) << more;
}

TEST_F(StrictInput, RequiredMembersOfAgentJobsMustNotBeNull) {
  EXPECT_THAT(
    faults("POST", "/services/agent-jobs", R"({"target_channel":null,"job_type_id":null})"),
    ElementsAre(Pair("/target_channel", "is required"), Pair("/job_type_id", "is required")));
  EXPECT_THAT(faults("POST", "/services/agent-jobs",
                     R"({"target_channel":{"code":null,"platform":null},"job_type_id":"report",)"
                     R"("tags":[null]})"),
              ElementsAre(Pair("/target_channel/code", "is required"),
                          Pair("/target_channel/platform", "is required"),
                          Pair("/tags", HasSubstr("list of strings"))));
}

TEST_F(StrictInput, TimesWithoutSecondsAreTakenEverywhere) {
  for (const auto* time : {"2126-12-01T10:00Z", "2126-12-01T10:00", "2126-12-01T10:00%2B00:00"}) {
    for (const auto* name : {"scheduled_at", "scheduled_at_gte", "scheduled_at_lte",
                             "created_at_gte", "created_at_lte"})
      EXPECT_EQ(hear("GET", std::string{"/services/agent-jobs?"} + name + '=' + time).status, 200);
    EXPECT_NE(hear("GET", job_path + "/next?after=" + time).status, 400);
  }
  EXPECT_EQ(hear("POST", "/services/agent-jobs",
                 R"({"target_channel":{"code":"c","platform":"p"},"job_type_id":"report",)"
                 R"("scheduled_at":"2126-12-01T10:00+01:00"})")
              .status,
            201);
  EXPECT_EQ(to_rfc3339(*service_.submitted.at(0).first.due_at), "2126-12-01T09:00:00.000Z");
  EXPECT_EQ(hear("PATCH", job_path, R"({"schedule":"2126-12-01T10:00Z"})").status, 200);
}

TEST_F(StrictInput, OtherOrganisationsRefusalNamesTheKeysOwn) {
  // With several keys at hand one could not tell which one had been taken.
  service_.on_get = [](const job_ref&) { return fail(errc::forbidden, ""); };
  service_.on_cancel = service_.on_get;
  const std::string channel = R"({"target_channel":{"code":"c","platform":"p","org_id":"org-two"},)"
                              R"("job_type_id":"report"})";
  for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
         {"GET", agent_job},
         {"GET", agent_job + "?wait=1"},
         {"DELETE", agent_job},
         {"POST", "/services/agent-jobs"},
         {"GET", "/services/agent-jobs?org_id=org-two"},
         {"GET", "/organizations/org-two/agent-jobs-type"},
         {"GET", "/organizations/org-two/agent-jobs-type/report"},
         {"GET", "/services/organizations/org-two/agent-jobs-type"}}) {
    const auto answer = hear(method, target, method == "POST" ? channel : "");
    EXPECT_EQ(answer.status, 403) << method << ' ' << target;
    EXPECT_THAT(answer.body, HasSubstr("; the API key belongs to 'org-all'\"")) << target;
  }
}

TEST_F(StrictInput, JsonThatCameAsAFormIsTold) {
  // `curl -d` without -H sends this type; "Request body must be an object", it said of an object.
  const std::string form = "application/x-www-form-urlencoded";
  const std::string text = R"("error":"Request body must be an object")";

  EXPECT_THAT(hear("POST", "/api/messaging/jobs", R"( {"content":"x"})", form).body,
              AllOf(HasSubstr(text), HasSubstr("Content-Type: application/json")));
  for (const auto* body : {"", "content=x", "[]"})
    EXPECT_EQ(hear("POST", "/api/messaging/jobs", body, form).body,
              R"({"success":false,)" + text + '}');
  for (const auto* target : {"/api/jobs", "/services/agent-jobs"}) {
    EXPECT_THAT(hear("POST", target, "name=x", form).body,
                AllOf(HasSubstr("malformed_json"), HasSubstr("the Content-Type is " + form)));
    EXPECT_THAT(hear("POST", target, "{}", form).body, HasSubstr("invalid_request"));
  }
}

} // namespace
} // namespace callboard::tests
