#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <callboard/agent.hpp>
#include <callboard/date_time.hpp>

#include "http/application.hpp"
#include "tests/http/fake_service.hpp"
#include "tests/http/test_exchange.hpp"

namespace callboard::tests {

using namespace std::chrono_literals;
using nlohmann::json;

inline constexpr auto job_path = "/api/jobs/01890a5d-ac96-774b-bcce-b302099a8057";

inline sample_request body_of(std::string method, std::string target, std::string text) {
  sample_request made;
  made.method = std::move(method);
  made.target = std::move(target);
  made.body = std::move(text);
  // curl's, without -H: any type will do.
  return made.with("Content-Type", "application/x-www-form-urlencoded");
}

inline sample_request asking(std::string method, std::string target) {
  sample_request made;
  made.method = std::move(method);
  made.target = std::move(target);
  return made;
}

inline json sample_body() {
  return {{"name", "SocialMediaProactivePost"},
          {"description", "Checks for trending news and posts a summary every 4 hours"},
          {"agentId", "550e8400-e29b-41d4-a716-446655440000"},
          {"schedule", "0 */4 * * *"},
          {"payload",
           {{"action", "FETCH_TRENDS_AND_POST"},
            {"platform", "twitter"},
            {"topics", {"AI", "Blockchain"}}}}};
}

inline job_ptr sample_run() {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
  spec->kind = job_kind::run;
  spec->due_at = *parse_instant("2026-03-01T04:00:00Z");
  spec->run = std::make_shared<const run_fields>(run_fields{{}, run_trigger::manual, {}});
  auto made = std::make_shared<job>();
  made->state = job_state::timeout;
  made->started_at = spec->due_at + 5ms;
  made->finished_at = spec->due_at + 1005ms;
  made->tasks.resize(2);
  auto outcome = std::make_shared<job_outcome>();
  outcome->error_code = "timeout";
  outcome->error_text = "the attempt took longer than 1000 ms";
  made->outcome = outcome;
  made->spec = spec;
  return made;
}

inline std::shared_ptr<scheduled_job> sample_schedule() {
  auto made = std::make_shared<scheduled_job>();
  made->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  schedule_definition what;
  what.name = "job";
  what.agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  what.schedule = "0 */4 * * *";
  what.payload = json_text::from_valid(R"({"action":"clean"})");
  made->definition = std::make_shared<const schedule_definition>(what);
  made->created_at = made->updated_at = *parse_instant("2026-03-01T00:00:00Z");
  made->next_run_at = *parse_instant("2026-03-01T08:00:00Z");
  made->last_run_at = *parse_instant("2026-03-01T04:00:00Z");
  made->last_run = sample_run();
  made->run_count = 1;
  made->failure_count = 1;
  made->version = 3;
  return made;
}

/// Stands for a callback.
class idle_agent final : public agent {
public:
  void start(task_ptr, completion) override {
    // nop
  }

  void cancel(const uuid&) override {
    // nop
  }
};

class SchedulesApi : public ::testing::Test {
protected:
  SchedulesApi() {
    engine.scheduled.job = sample_schedule();
    engine.scheduled.finished_runs = {sample_run()};
  }

  raw_response ask(const sample_request& what) {
    return tests::ask(app_, what);
  }

  raw_response post(const json& body) {
    return ask(body_of("POST", "/api/jobs", body.dump()));
  }

  /// The fields that a body is refused for, in order.
  std::string faults(const sample_request& what) {
    const auto answer = ask(what);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    const auto problem = json::parse(answer.body);
    EXPECT_EQ(problem["code"], "invalid_request");
    EXPECT_TRUE(problem["message"].is_string());
    std::string fields;
    for (const auto& each : problem["errors"])
      fields += each["field"].get<std::string>() + ' ';
    return fields;
  }

  fake_service engine;

private:
  http::application app_{{}, engine, nullptr, std::make_shared<http::in_flight>()};
};

/// A schedule of that name.
inline std::shared_ptr<scheduled_job> named(const std::string& name) {
  auto made = sample_schedule();
  auto what = *made->definition;
  what.name = name;
  made->definition = std::make_shared<const schedule_definition>(std::move(what));
  return made;
}

} // namespace callboard::tests
