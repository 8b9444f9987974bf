#include "agents/task_json.hpp"

#include "tests/agents/tasks.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace callboard::agents {

namespace {

using nlohmann::json;

const uuid task_id = *uuid::parse("018f3b7e-1111-7abc-8def-0123456789ab");
const uuid job_id = *uuid::parse("018f3b7e-2222-7abc-8def-0123456789ab");
const uuid agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
const uuid schedule_id = *uuid::parse("018f3b7e-3333-7abc-8def-0123456789ab");

struct task_parts {
  std::shared_ptr<job_spec> spec = std::make_shared<job_spec>();
  std::shared_ptr<agent_task> task = test::make_open_task("do it");

  task_parts() {
    spec->id = job_id;
    spec->organisation = "org123";
    auto owner = std::make_shared<job>();
    owner->spec = spec;
    task->id = task_id;
    task->job = owner;
    task->agent_id = agent_id;
    task->agent_name = "support";
    task->deadline = system_time{std::chrono::milliseconds{1'763'811'543'007}};
  }
};

TEST(TaskJson, BareTaskLeavesOutWhatItDoesNotHave) {
  const task_parts parts;

  const auto text = task_json(*parts.task);

  EXPECT_EQ(text, R"({"taskId":"018f3b7e-1111-7abc-8def-0123456789ab",)"
                  R"("jobId":"018f3b7e-2222-7abc-8def-0123456789ab","attempt":1,"kind":"message",)"
                  R"("agent":{"id":"550e8400-e29b-41d4-a716-446655440000","name":"support"},)"
                  R"("org":"org123","content":"do it","deadline":"2025-11-22T11:39:03.007Z"})");
}

TEST(TaskJson, AgentJobCarriesItsFields) {
  const task_parts parts;
  auto fields = std::make_shared<agent_job_fields>();
  fields->params = json_text::from_valid(R"({"report":{"type":"daily"}})");
  fields->target_channel = json_text::from_valid(R"({"code":"C1","platform":"slack"})");
  fields->profile_id = "profile-7";
  fields->job_type_id = "daily-report";
  fields->tags = {"a \"b\"", "c"};
  parts.spec->agent_job = fields;
  parts.spec->user_id = "u1";
  parts.spec->metadata = json_text::from_valid(R"({"b":1,"a":2})");
  parts.task->kind = task_kind::follow_up;
  parts.task->attempt = 3;
  parts.task->history = {{"user", std::make_shared<const std::string>("first \"question\"")},
                         {"assistant", std::make_shared<const std::string>("first\nanswer")}};

  const auto made = json::parse(task_json(*parts.task));

  EXPECT_EQ(made["kind"], "follow_up");
  EXPECT_EQ(made["attempt"], 3);
  EXPECT_EQ(made["userId"], "u1");
  EXPECT_EQ(made["params"], json::parse(R"({"report":{"type":"daily"}})"));
  EXPECT_EQ(made["targetChannel"], json::parse(R"({"code":"C1","platform":"slack"})"));
  EXPECT_EQ(made["profileId"], "profile-7");
  EXPECT_EQ(made["jobType"], "daily-report");
  EXPECT_EQ(made["tags"], json::parse(R"(["a \"b\"","c"])"));
  EXPECT_EQ(made["metadata"], json::parse(R"({"a":2,"b":1})"));
  EXPECT_EQ(made["history"], json::parse(R"([{"role":"user","content":"first \"question\""},
                            {"role":"assistant","content":"first\nanswer"}])"));
  EXPECT_FALSE(made.contains("payload"));
  EXPECT_FALSE(made.contains("runId"));
  EXPECT_FALSE(made.contains("callback"));
}

TEST(TaskJson, RunNamesItsScheduledJobAndItself) {
  const task_parts parts;
  auto fields = std::make_shared<run_fields>();
  fields->schedule_id = schedule_id;
  fields->schedule_name = "nightly";
  fields->payload = json_text::from_valid(R"({"action":"sync"})");
  parts.spec->run = fields;
  parts.task->kind = task_kind::run;

  const auto made = json::parse(task_json(*parts.task));

  EXPECT_EQ(made["kind"], "run");
  EXPECT_EQ(made["jobId"], schedule_id.to_string());
  EXPECT_EQ(made["runId"], job_id.to_string());
  EXPECT_EQ(made["scheduleName"], "nightly");
  EXPECT_EQ(made["payload"], json::parse(R"({"action":"sync"})"));
  EXPECT_FALSE(made.contains("params"));
}

TEST(TaskJson, CallbackIsAddedWhenThereIsOne) {
  const task_parts parts;
  const callback_address callback{"https://jobs.example.com/agents/tasks/x/result", "secret"};

  const auto made = json::parse(task_json(*parts.task, &callback));

  EXPECT_EQ(made["callback"],
            json::parse(R"({"url":"https://jobs.example.com/agents/tasks/x/result",
                                             "token":"secret"})"));
}

TEST(TaskJson, AnyContentIsValidJson) {
  const task_parts parts;
  const std::string content = "quote \" backslash \\ newline \n control \x01 € 😀";
  parts.task->content = std::make_shared<const std::string>(content);

  const auto made = json::parse(task_json(*parts.task));

  EXPECT_EQ(made["content"], content);
}

} // namespace

} // namespace callboard::agents
