// The routes of the Agent Jobs API through the whole application, with a service that a test plays.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/api/agent_jobs/agent_jobs_json.hpp"
#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

// printf 'key-one' | sha256sum
api_key sample_key(std::set<api_scope> scopes) {
  api_key made;
  made.name = "one";
  const std::string hex = "9b346041bc9a49574eb2665b2ad2a0a3f9f9cce4e42f5d1f26deb8a256b5966a";
  for (std::size_t i = 0; i < made.sha256.size(); ++i)
    made.sha256[i] = static_cast<std::uint8_t>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  made.organisation = "org123";
  made.scopes = std::move(scopes);
  return made;
}

http_options sample_options(std::set<api_scope> scopes) {
  http_options made;
  made.keys = {sample_key(std::move(scopes))};
  made.organisations = {{"org123", "Example"}, {"org456", ""}};
  job_type type;
  type.id = "report";
  type.organisation = "org123";
  type.name = "Report";
  type.agent_id = *uuid::parse(sample_agent_id);
  type.default_config.retries_max = 2;
  type.default_config.start_prompt = "Report {{params.n}} for {{job_id}}";
  const auto schema = json::parse(R"({"required":["n"]})");
  type.params_schema = json_text::from_valid(schema.dump());
  type.schema = json_schema::compile(schema).value();
  made.job_types = {type};
  return made;
}

/// An agent job in a state, with two tasks of which the second one has not begun.
job_ptr agent_job(job_state state) {
  auto made = std::make_shared<job>(*sample_job(state));
  auto spec = std::make_shared<job_spec>(*made->spec);
  spec->kind = job_kind::agent;
  spec->organisation = "org123";
  spec->agent_job = std::make_shared<const agent_job_fields>(agent_job_fields{
    .job_type_id = "report",
    .params = json_text::from_valid(R"({"n":1})"),
    .target_channel
    = json_text::from_valid(R"({"code":"C1","data":{"code":"x","team":"T"},"platform":"slack"})"),
    .channel_code = "C1",
    .config = json_text::from_valid(R"({"max_follow_ups":0})"),
    .profile_id = {},
    .tags = {"b", "a"}});
  made->spec = spec;
  task_record task;
  task.id = *uuid::parse("0198a1b2-c3d4-7000-8000-000000000001");
  task.kind = task_kind::start;
  task.state = task_state::failed;
  task.created_at = spec->created_at;
  task.finished_at = spec->created_at + 5ms;
  task.error = std::make_shared<const std::string>("down");
  made->tasks.push_back(task);
  task.id = *uuid::parse("0198a1b2-c3d4-7000-8000-000000000002");
  task.state = task_state::waiting;
  made->tasks.push_back(task);
  return made;
}

class AgentJobsApi : public testing::Test {
protected:
  explicit AgentJobsApi(std::set<api_scope> scopes
                        = {api_scope::services_read, api_scope::services_write})
    : app_{sample_options(std::move(scopes)), service_, nullptr,
           std::make_shared<http::in_flight>()} {
    service_.on_submit = [](const new_job&) { return agent_job(job_state::pending); };
    service_.on_get = [](const job_ref&) { return agent_job(job_state::completed); };
    service_.on_cancel = [](const job_ref&) { return agent_job(job_state::canceled); };
  }

  raw_response call(const std::string& method, const std::string& target,
                    const std::string& body = {}) {
    sample_request sample{.method = method, .target = target};
    sample.body = body;
    return ask(app_, sample.with("X-API-Key", "key-one"));
  }

  const new_job& submitted() {
    return service_.submitted.at(0).first;
  }

  fake_service service_;
  http::application app_;
};

const std::string minimal = R"({"target_channel":{"code":"C1","platform":"slack"},
  "job_type_id":"report","params":{"n":"{{job_id}}"}})";

TEST_F(AgentJobsApi, CreationBecomesAJobOfTheTypesAgent) {
  const auto answer = call("POST", "/services/agent-jobs?wait=5",
                           R"({"target_channel":{"platform":"slack","code":"C1","extra":[1]},
      "job_type_id":"report","params":{"n":"{{job_id}}"},"tags":" b , a,,",
      "config":{"task_retry_interval":0.01,"max_time_to_complete":0.5,"profile_id":"p"}})");

  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), "/services/agent-jobs/" + std::string{sample_job_id});
  const auto& made = submitted();
  EXPECT_EQ(made.kind, job_kind::agent);
  EXPECT_EQ(made.organisation, "org123");
  EXPECT_EQ(made.agent_id, uuid::parse(sample_agent_id));
  EXPECT_EQ(made.content, "Report {{job_id}} for ");
  EXPECT_EQ(made.id_places, std::vector{made.content.size()});
  EXPECT_EQ(made.time_limit, 30s);
  EXPECT_EQ(made.retry.retries_max, 2U);
  EXPECT_EQ(made.retry.delay, 600ms);
  EXPECT_EQ(made.retry.delay_max, 600ms);
  EXPECT_EQ(made.retry.growth, backoff::fixed);
  EXPECT_FALSE(made.due_at);
  EXPECT_EQ(made.agent_job->channel_code, "C1");
  EXPECT_EQ(made.agent_job->profile_id, "p");
  EXPECT_EQ(made.agent_job->tags, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(made.agent_job->target_channel.text(),
            R"({"platform":"slack","code":"C1","extra":[1]})");
  EXPECT_EQ(made.agent_job->config.text(),
            R"({"task_retry_interval":0.01,"max_time_to_complete":0.5,"profile_id":"p",)"
            R"("max_follow_ups":0,"max_task_retries":2,)"
            R"("start_prompt":"Report {{params.n}} for {{job_id}}"})");
  EXPECT_EQ(service_.submitted.at(0).second, 5s);
}

TEST_F(AgentJobsApi, TimeThatLiesAheadIsKept) {
  call("POST", "/services/agent-jobs",
       R"({"target_channel":{"code":"C1","platform":"slack"},"job_type_id":"report",
           "params":{"n":1},"scheduled_at":"2999-01-01"})");

  EXPECT_EQ(submitted().due_at,
            system_time{std::chrono::sys_days{std::chrono::year{2999} / 1 / 1}});
}

TEST_F(AgentJobsApi, JobIsShownWhole) {
  EXPECT_EQ(
    http::agent_job_details(*agent_job(job_state::failed)),
    R"({"data":{"job_id":"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",)"
    R"("id":"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","org_id":"org123","channel_code":"C1",)"
    R"("job_type_id":"report","job_status":"FAILED","created_at":"2023-12-19T15:53:54.567Z",)"
    R"("updated_at":"2023-12-19T15:53:54.567Z","scheduled_at":"2023-12-19T15:53:54.567Z",)"
    R"("started_at":null,"finished_at":"2023-12-19T15:53:56.067Z",)"
    R"("tasks":[{"task_id":"0198a1b2-c3d4-7000-8000-000000000001","kind":"start","attempt":1,)"
    R"("status":"FAILED","created_at":"2023-12-19T15:53:54.567Z",)"
    R"("finished_at":"2023-12-19T15:53:54.572Z","result":null,"error":"down"}],)"
    R"("last_task_created_at":"2023-12-19T15:53:54.567Z","result":null,)"
    R"("error":{"code":"agent_error","message":"agent answered 500"},"cancel_reason":null,)"
    R"("params":{"n":1},"config":{"max_follow_ups":0},"job_config":{"max_follow_ups":0},)"
    R"("tags":"b,a","target_channel":{"code":"C1","data":{"code":"x","team":"T"},)"
    R"("platform":"slack"},"channel_data":{"code":"C1","team":"T","platform":"slack"},)"
    R"("version":1,"activities_count":2},"meta":{"org_id":"org123","id":"0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}})");
}

TEST_F(AgentJobsApi, EachStateHasItsWord) {
  const auto word = [](job_state state) { return std::string{http::agent_job_status(state)}; };

  EXPECT_EQ(word(job_state::scheduled), "SCHEDULED");
  EXPECT_EQ(word(job_state::pending), "WAITING");
  EXPECT_EQ(word(job_state::processing), "RUNNING");
  EXPECT_EQ(word(job_state::completed), "COMPLETED");
  EXPECT_EQ(word(job_state::failed), "FAILED");
  EXPECT_EQ(word(job_state::timeout), "FAILED");
  EXPECT_EQ(word(job_state::canceled), "CANCELED");
}

TEST_F(AgentJobsApi, ListAsksForWhatTheQuerySays) {
  call("GET", "/services/agent-jobs?status=failed,WAITING&job_type_id=report&channel_code=C1"
              "&tags=a,b&scheduled_at_gte=2026-01-01&created_at_lte=2026-01-02T00:00:00Z&limit=7"
              "&offset=9&sort=job_status:asc,updated_at:desc&include=stats");

  const auto& asked = service_.listed.at(0);
  EXPECT_EQ(asked.kind, job_kind::agent);
  EXPECT_EQ(asked.organisation, "org123");
  EXPECT_EQ(asked.states, (std::vector{job_state::failed, job_state::timeout, job_state::pending}));
  EXPECT_EQ(asked.job_type_id, "report");
  EXPECT_EQ(asked.channel_code, "C1");
  EXPECT_EQ(asked.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(asked.due_from);
  EXPECT_FALSE(asked.due_to);
  EXPECT_TRUE(asked.created_to);
  EXPECT_EQ(asked.limit, 7U);
  EXPECT_EQ(asked.offset, 9U);
  EXPECT_EQ(asked.sort,
            (std::vector<job_sort>{{job_field::state, false}, {job_field::updated_at, true}}));
  EXPECT_TRUE(asked.counts_states);
  EXPECT_EQ(asked.text_bytes_max, http_options{}.unsent_bytes_max);
}

TEST_F(AgentJobsApi, ListOfTooMuchTextSaysWhatToDo) {
  service_.page = fail(errc::capacity, "the list holds more than 9 bytes of text: ask for fewer");

  const auto answer = call("GET", "/services/agent-jobs");

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(json::parse(answer.body)["code"], "capacity");
  EXPECT_EQ(json::parse(answer.body)["message"],
            "the list holds more than 9 bytes of text: ask for fewer");
}

TEST_F(AgentJobsApi, JobIsAskedForWithItsOrganisation) {
  EXPECT_EQ(call("GET", "/services/agent-jobs/" + std::string{sample_job_id}).status, 200);

  EXPECT_EQ(service_.asked.at(0).organisation, "org123");
  EXPECT_EQ(service_.asked.at(0).kind, job_kind::agent);
}

TEST_F(AgentJobsApi, RefusalsOfTheServiceHaveTheirStatus) {
  const auto status_of = [&](errc code) {
    service_.on_submit = [code](const new_job&) -> result<job_ptr> { return fail(code, "why"); };
    return call("POST", "/services/agent-jobs", minimal).status;
  };

  EXPECT_EQ(status_of(errc::capacity), 503);
  EXPECT_EQ(status_of(errc::agent_busy), 503);
  EXPECT_EQ(status_of(errc::unavailable), 503);
  EXPECT_EQ(status_of(errc::internal), 500);
  service_.on_get = [](const job_ref&) -> result<job_ptr> { return fail(errc::forbidden, "no"); };
  const auto forbidden = call("GET", "/services/agent-jobs/" + std::string{sample_job_id});
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_EQ(json::parse(forbidden.body)["code"], "forbidden");
}

TEST_F(AgentJobsApi, CancelOfAJobThatIsOverNamesItsStatus) {
  service_.on_cancel
    = [](const job_ref&) -> result<job_ptr> { return fail_as_over(job_state::completed); };

  const auto answer = call("DELETE", "/services/agent-jobs/" + std::string{sample_job_id});

  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(json::parse(answer.body)["message"].get<std::string>(),
              testing::HasSubstr("already COMPLETED"));
}

TEST_F(AgentJobsApi, EveryRouteNeedsAKey) {
  std::size_t seen = 0;
  for (const auto& each : app_.routes().routes()) {
    if (!each.pattern.starts_with("/services") && !each.pattern.starts_with("/organizations"))
      continue;
    ++seen;
    const sample_request sample{.method = std::string{to_string(each.verb)},
                                .target = std::string{each.pattern}};
    SCOPED_TRACE(each.pattern);

    const auto refused = ask(app_, sample);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(json::parse(refused.body)["code"], "unauthorized");
    EXPECT_EQ(json::parse(refused.body)["message"], json::parse(refused.body)["detail"]);
  }
  EXPECT_EQ(seen, 9U);
}

/// A key that opens one of the two scopes.
class ReadingKey : public AgentJobsApi {
protected:
  ReadingKey() : AgentJobsApi({api_scope::services_read}) {
    // nop
  }
};

TEST_F(ReadingKey, OnlyReads) {
  EXPECT_EQ(call("GET", "/services/agent-jobs").status, 200);
  EXPECT_EQ(call("POST", "/services/agent-jobs", minimal).status, 403);
  EXPECT_EQ(call("DELETE", "/services/agent-jobs/" + std::string{sample_job_id}).status, 403);
  EXPECT_EQ(call("GET", "/organizations/org123/agent-jobs-type").status, 200);
  EXPECT_EQ(call("GET", "/organizations/org456/agent-jobs-type").status, 403);
}

TEST(ServicesWithoutKeys, OnlyTheDevelopmentKeyOpensThem) {
  fake_service service;
  http_options options;
  auto key = sample_key({api_scope::services_read});
  key.organisation = "default";
  options.development_key = key;
  http::application app{options, service, nullptr, std::make_shared<http::in_flight>()};
  const sample_request list{.target = "/services/agent-jobs"};

  EXPECT_EQ(ask(app, list).status, 401);
  EXPECT_EQ(ask(app, list.with("X-API-Key", "wrong")).status, 401);
  EXPECT_EQ(ask(app, list.with("X-API-Key", "key-one")).status, 200);
  EXPECT_EQ(ask(app, {.target = "/api/messaging/jobs"}).status, 200);
}

} // namespace
} // namespace callboard::tests
