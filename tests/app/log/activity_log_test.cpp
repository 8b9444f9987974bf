#include "app/log/activity_log.hpp"

#include <map>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace callboard::app {

namespace {

using nlohmann::json;

const auto hook_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");

server_config configured(log_choice jobs, log_choice requests, log_level level = log_level::info) {
  server_config made;
  made.log.format = log_format::json;
  made.log.level = level;
  made.log.jobs = jobs;
  made.log.requests = requests;
  agent_config hook;
  hook.info.id = hook_id;
  hook.info.name = "hook";
  http_agent_options settings;
  settings.secret = "signing-secret";
  hook.settings = settings;
  made.agents.push_back(std::move(hook));
  return made;
}

/// What is logged when `act` is done with the log of such a configuration.
template <class Act>
std::vector<json> logged(const server_config& config, Act act) {
  const auto log = event_log::open(config.log).value();
  const activity_log activity{log, config};
  ::testing::internal::CaptureStderr();
  act(activity);
  std::istringstream text{::testing::internal::GetCapturedStderr()};
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(json::parse(line));
    lines.back().erase("time");
  }
  return lines;
}

job ended(job_state state, std::string reason = {}, uuid agent = hook_id,
          job_kind kind = job_kind::message) {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  spec->kind = kind;
  spec->organisation = "acme";
  spec->agent_id = agent;
  job made;
  made.spec = spec;
  made.state = state;
  task_record task;
  task.attempt = 3;
  made.tasks.push_back(task);
  auto outcome = std::make_shared<job_outcome>();
  outcome->error_text = std::move(reason);
  made.outcome = outcome;
  return made;
}

// Symptom: a job that failed stood in no log at the level `info`.
TEST(ActivityLog, FailedJobIsToldWithItsAgentAttemptAndReason) {
  const auto lines
    = logged(configured(log_choice::failures, log_choice::off), [](const activity_log& activity) {
        activity.job_ended(ended(job_state::failed, "agent answered 500"));
      });

  EXPECT_EQ(lines, (std::vector<json>{{{"level", "warning"},
                                       {"message", "job failed"},
                                       {"job_id", "01890a5d-ac96-774b-bcce-b302099a8057"},
                                       {"api", "messaging"},
                                       {"org", "acme"},
                                       {"agent", "hook"},
                                       {"attempt", 3},
                                       {"reason", "agent answered 500"}}}));
}

TEST(ActivityLog, ChoiceSaysWhichJobsAreTold) {
  using enum job_state;
  const std::map<log_choice, std::vector<std::string>> told{
    {log_choice::off, {}},
    {log_choice::failures, {"job failed", "job timeout"}},
    {log_choice::all, {"job completed", "job failed", "job timeout", "job canceled"}}};
  for (const auto& [choice, messages] : told) {
    const auto lines
      = logged(configured(choice, log_choice::off), [](const activity_log& activity) {
          for (const auto state : {completed, failed, timeout, canceled})
            activity.job_ended(ended(state));
        });

    std::vector<std::string> found;
    for (const auto& line : lines)
      found.push_back(line["message"]);
    EXPECT_EQ(found, messages);
  }
}

TEST(ActivityLog, ReasonsAreCutAndShowNoSecret) {
  const auto lines
    = logged(configured(log_choice::failures, log_choice::off), [](const activity_log& activity) {
        activity.job_ended(ended(job_state::failed, "401 for signing-secret"));
        activity.job_ended(ended(job_state::failed, std::string(5000, 'x')));
      });

  EXPECT_EQ(lines.at(0)["reason"], "401 for ***");
  EXPECT_LT(lines.at(1)["reason"].get<std::string>().size(), 1100u);
}

TEST(ActivityLog, AgentThatIsConfiguredNoMoreHasItsId) {
  const auto gone = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
  const auto lines
    = logged(configured(log_choice::failures, log_choice::off), [&](const activity_log& activity) {
        activity.job_ended(ended(job_state::failed, "", gone, job_kind::run));
      });

  EXPECT_EQ(lines.at(0)["agent"], gone.to_string());
  EXPECT_EQ(lines.at(0)["api"], "scheduled-jobs");
}

// Symptom: a store that could not write stood in no log.
TEST(ActivityLog, StoreThatFailsIsAnErrorWithItsReason) {
  const auto lines
    = logged(configured(log_choice::off, log_choice::off), [](const activity_log& activity) {
        activity.store_changed("the disk that holds the database is full");
        activity.store_changed("");
      });

  EXPECT_EQ(lines, (std::vector<json>{{{"level", "error"},
                                       {"message", "the store fails"},
                                       {"reason", "the disk that holds the database is full"}},
                                      {{"level", "info"}, {"message", "the store works again"}}}));
}

TEST(ActivityLog, RequestHasItsIdsAndOnlyWhatThereIs) {
  const auto lines
    = logged(configured(log_choice::off, log_choice::all), [](const activity_log& activity) {
        activity.answered({.request_id = "r-1",
                           .method = "GET",
                           .path = "/a",
                           .status = 200,
                           .took = std::chrono::microseconds{7},
                           .key_name = {}});
        activity.answered({.request_id = "r-2",
                           .method = "GET",
                           .path = "/a",
                           .status = 503,
                           .took = std::chrono::microseconds{7},
                           .key_name = "ci",
                           .job_id = "j"});
      });

  EXPECT_EQ(lines, (std::vector<json>{{{"level", "info"},
                                       {"message", "request"},
                                       {"method", "GET"},
                                       {"path", "/a"},
                                       {"status", 200},
                                       {"took_us", 7},
                                       {"request_id", "r-1"}},
                                      {{"level", "warning"},
                                       {"message", "request"},
                                       {"method", "GET"},
                                       {"path", "/a"},
                                       {"status", 503},
                                       {"took_us", 7},
                                       {"request_id", "r-2"},
                                       {"job_id", "j"},
                                       {"key", "ci"}}}));
}

TEST(ActivityLog, LevelDebugShowsAllRequestsUnlessTheyAreOff) {
  const auto choice_at = [](log_choice requests, log_level level) {
    const auto config = configured(log_choice::off, requests, level);
    const auto log = event_log::open(config.log).value();
    return activity_log{log, config}.requests();
  };

  EXPECT_EQ(choice_at(log_choice::off, log_level::debug), log_choice::off);
  EXPECT_EQ(choice_at(log_choice::failures, log_level::debug), log_choice::all);
  EXPECT_EQ(choice_at(log_choice::failures, log_level::info), log_choice::failures);
  EXPECT_EQ(choice_at(log_choice::all, log_level::info), log_choice::all);
}

} // namespace

} // namespace callboard::app
