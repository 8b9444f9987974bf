// Activities of the Agent Jobs API: what is asked for, and which of a job's tasks are shown.

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/api/agent_jobs/activity_json.hpp"
#include "http/api/agent_jobs/agent_jobs_json.hpp"
#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/sample_jobs.hpp"
#include "tests/http/sample_keys.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

const std::string job_id{sample_job_id};

class Activities : public testing::Test {
protected:
  Activities() {
    auto agent = sample_agent();
    agent.type = "echo";
    service_.configured = {agent};
    service_.on_get = [](const job_ref&) { return sample_turns(); };
    service_.page = job_page{{sample_turns()}, 1, 1, {}};
  }

  raw_response call(const std::string& target) {
    const sample_request sample{.target = target};
    return ask(app_, sample.with("X-API-Key", "key-one"));
  }

  json get(const std::string& target) {
    const auto answer = call(target);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }

  /// "1 2": the attempts of activities, in their order.
  static std::string attempts(const json& activities) {
    std::string all;
    for (const auto& each : activities)
      all += (all.empty() ? "" : " ")
             + std::to_string(each["payloads"]["input"]["attempt"].get<int>());
    return all;
  }

  fake_service service_;
  http::application app_{options_with_key({api_scope::services_read}), service_, nullptr,
                         std::make_shared<http::in_flight>()};
};

TEST_F(Activities, OfAJobAreFilteredSortedAndPaged) {
  struct row {
    std::string query;
    std::string attempts;
    int total;
  };
  const row table[] = {
    {"", "4 3 2 1", 4},
    {"&sort=-created_at", "4 3 2 1", 4},
    {"&sort=created_at", "1 2 3 4", 4},
    {"&limit=2", "4 3", 4},
    {"&limit=2&offset=1", "3 2", 4},
    {"&limit=1000&offset=4", "", 4},
    {"&offset=9223372036854775807", "", 4},
    {"&status=submitted", "4", 1},
    {"&status=completed", "3 2 1", 3},
    {"&status=COMPLETED&limit=1&offset=1", "2", 3},
    {"&status=canceled", "", 0},
    {"&source_type=dispatch", "4 3 2 1", 4},
    {"&source_type=process_module", "", 0},
    {"&source_type=direct", "", 0},
    {"&activity_type_code=agent_task", "4 3 2 1", 4},
    {"&activity_type_code=ai_completion", "", 0},
    {"&activity_type_code=email", "", 0},
    {"&org_id=org123", "4 3 2 1", 4},
  };
  for (const auto& each : table) {
    const auto answer = get("/services/activities?job_id=" + job_id + each.query);

    EXPECT_EQ(attempts(answer["data"]), each.attempts) << each.query;
    EXPECT_EQ(answer["meta"]["count"], answer["data"].size()) << each.query;
    EXPECT_EQ(answer["meta"]["total"], each.total) << each.query;
  }
  EXPECT_EQ(service_.asked.at(0).organisation, "org123");
  EXPECT_EQ(service_.asked.at(0).kind, job_kind::agent);
}

TEST_F(Activities, OfAModelAreCompletions) {
  service_.configured.front().type = "openai";

  const auto answer
    = get("/services/activities?job_id=" + job_id + "&activity_type_code=ai_completion");

  ASSERT_EQ(answer["data"].size(), 4U);
  EXPECT_EQ(answer["data"][0]["activity_type_code"], "ai_completion");
}

TEST_F(Activities, OfAnAgentThatIsGoneAreTasks) {
  service_.configured.clear();

  const auto answer = get("/services/activities?job_id=" + job_id);

  EXPECT_EQ(answer["data"][0]["activity_type_code"], "agent_task");
}

TEST_F(Activities, BadQueriesAreToldAtOnce) {
  const std::pair<std::string, std::string> table[] = {
    {"", "?job_id "},
    {"?job_id=", "?job_id "},
    {"?limit=0&sort=created_at:desc", "?job_id ?limit ?sort "},
    {"?job_id=1&limit=1001", "?limit "},
    {"?job_id=1&offset=-1", "?offset "},
    {"?job_id=1&status=failed", "?status "},
    {"?job_id=1&source_type=x", "?source_type "},
    {"?job_id=1&activity_type_code=", "?activity_type_code "},
    {"?job_id=1&what=x", "?what "},
    {"?job_id=1&job_id=2", "?job_id "},
  };
  for (const auto& [query, fields] : table) {
    const auto answer = call("/services/activities" + query);

    EXPECT_EQ(answer.status, 400) << query;
    const auto problem = json::parse(answer.body);
    EXPECT_EQ(problem["code"], "invalid_request");
    std::string found;
    for (const auto& each : problem["errors"])
      found += each["field"].get<std::string>() + ' ';
    EXPECT_EQ(found, fields) << query;
  }
}

TEST_F(Activities, OfJobsThatCannotBeSeenAreRefused) {
  EXPECT_EQ(call("/services/activities?job_id=nonsense").status, 404);
  EXPECT_EQ(call("/services/activities?job_id=" + job_id + "&org_id=org456").status, 403);
  service_.on_get = [](const job_ref&) -> result<job_ptr> { return fail(errc::not_found, "no"); };
  const auto unknown = call("/services/activities?job_id=" + job_id);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(json::parse(unknown.body)["message"], "Job with ID '" + job_id + "' not found");
  service_.on_get = [](const job_ref&) -> result<job_ptr> { return fail(errc::forbidden, "no"); };
  const auto of_other = call("/services/activities?job_id=" + job_id);
  EXPECT_EQ(of_other.status, 403);
  EXPECT_EQ(json::parse(of_other.body)["code"], "forbidden");
}

TEST_F(Activities, AreCountedInEveryJob) {
  const auto one = get("/services/agent-jobs/" + job_id);
  const auto list = get("/services/agent-jobs");

  EXPECT_EQ(one["data"]["activities_count"], 4);
  EXPECT_EQ(list["data"][0]["activities_count"], 4);
  EXPECT_FALSE(one["data"].contains("Activities"));
  EXPECT_FALSE(list["data"][0].contains("Activities"));
  EXPECT_FALSE(one["meta"].contains("activities_meta"));
}

TEST_F(Activities, AreShownWithOneJobOnRequest) {
  struct row {
    std::string query;
    std::string attempts;
    int limit;
  };
  const row table[] = {
    {"", "4 3 2 1", 50},
    {"&include_limit=2", "4 3", 2},
    {"&include_limit=100&include_sort=created_at", "1 2 3 4", 100},
    {"&include_limit=1&include_sort=-created_at", "4", 1},
  };
  for (const auto& each : table) {
    const auto answer = get("/services/agent-jobs/" + job_id + "?include=activities" + each.query);

    EXPECT_EQ(attempts(answer["data"]["Activities"]), each.attempts) << each.query;
    EXPECT_EQ(answer["meta"]["activities_meta"],
              (json{{"count", answer["data"]["Activities"].size()}, {"limit", each.limit}}));
    EXPECT_EQ(answer["meta"]["id"], job_id);
  }
  for (const auto* query : {"include=stats", "include=activities&include_limit=0",
                            "include=activities&include_limit=101", "include_sort=x"})
    EXPECT_EQ(call("/services/agent-jobs/" + job_id + "?" + query).status, 400) << query;
}

TEST_F(Activities, AreShownWithAListOnRequest) {
  service_.page = job_page{{sample_turns(), sample_turns(), sample_turns()}, 3, 3, {}};
  struct row {
    std::string query;
    /// Of each job.
    std::string attempts[3];
    int returned;
    bool is_truncated;
  };
  const row table[] = {
    {"", {"4 3 2 1", "4 3 2 1", "4 3 2 1"}, 12, false},
    {"&activities_sort=created_at", {"1 2 3 4", "1 2 3 4", "1 2 3 4"}, 12, false},
    {"&activities_limit_per_job=2", {"4 3", "4 3", "4 3"}, 6, true},
    {"&activities_total_limit=6", {"4 3 2 1", "4 3", ""}, 6, true},
    {"&activities_total_limit=5&activities_limit_per_job=3", {"4 3 2", "4 3", ""}, 5, true},
    {"&activities_total_limit=12&activities_limit_per_job=4",
     {"4 3 2 1", "4 3 2 1", "4 3 2 1"},
     12,
     false},
    {"&activities_total_limit=3000&activities_limit_per_job=100",
     {"4 3 2 1", "4 3 2 1", "4 3 2 1"},
     12,
     false},
  };
  for (const auto& each : table) {
    const auto answer = get("/services/agent-jobs?include=stats,activities" + each.query);

    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(attempts(answer["data"][i]["Activities"]), each.attempts[i]) << each.query << i;
    EXPECT_EQ(answer["meta"]["activities_total_returned"], each.returned) << each.query;
    EXPECT_EQ(answer["meta"]["activities_total_available"], 12) << each.query;
    EXPECT_EQ(answer["meta"]["activities_truncated"], each.is_truncated) << each.query;
    EXPECT_TRUE(answer["meta"].contains("stats"));
  }
  for (const auto* query :
       {"include=tasks", "include=activities&activities_limit_per_job=101",
        "include=activities&activities_limit_per_job=0",
        "include=activities&activities_total_limit=3001", "activities_sort=updated_at"})
    EXPECT_EQ(call(std::string{"/services/agent-jobs?"} + query).status, 400) << query;
}

TEST_F(Activities, HaveOneForEachTaskAndWhatItCameTo) {
  auto turns = std::make_shared<job>(*sample_turns());
  turns->tasks.back().state = task_state::waiting;
  turns->tasks[2].state = task_state::canceled;
  turns->tasks[2].error = nullptr;
  service_.on_get = [&](const job_ref&) { return turns; };

  const auto data = get("/services/activities?sort=created_at&job_id=" + job_id)["data"];

  const auto of = [&](std::size_t at, const char* part) { return data[at]["payloads"][part]; };
  EXPECT_EQ(of(0, "input"), (json{{"content", "Begin."}, {"attempt", 1}, {"kind", "start"}}));
  EXPECT_EQ(of(0, "output"), (json{{"error", "down"}}));
  EXPECT_EQ(of(1, "input"), (json{{"content", "Begin."}, {"attempt", 2}, {"kind", "retry"}}));
  EXPECT_EQ(of(1, "output"), (json{{"content", "Half."}}));
  EXPECT_EQ(of(2, "input"),
            (json{{"content", "Continue."}, {"attempt", 3}, {"kind", "follow_up"}}));
  EXPECT_EQ(of(2, "output"), nullptr);
  EXPECT_EQ(data[2]["status"], "canceled");
  EXPECT_EQ(of(3, "input"), (json{{"content", "Continue."}, {"attempt", 4}, {"kind", "retry"}}));
  EXPECT_EQ(of(3, "output"), nullptr);
  EXPECT_EQ(data[3]["status"], "submitted");
  EXPECT_FALSE(data[3].contains("processed_at"));
}

} // namespace
} // namespace callboard::tests
