// Each documented answer of the Messaging Jobs API, and the activities of Agent Jobs, byte for byte: names, their order, and what is
// left out are part of the contract.

#include <string>

#include <gtest/gtest.h>

#include "http/api/agent_jobs/agent_jobs_json.hpp"
#include "http/api/messaging/messaging_json.hpp"
#include "http/message/error_form.hpp"
#include "http/message/messaging_error.hpp"
#include "tests/http/golden_file.hpp"
#include "tests/http/sample_jobs.hpp"

namespace callboard::tests {
namespace {

using namespace std::chrono_literals;

std::size_t& count(state_counts& counts, job_state state) {
  return counts[static_cast<std::size_t>(state)];
}

TEST(Golden, CreatedJob) {
  EXPECT_EQ(http::messaging_created(*sample_job(job_state::pending)), golden("created"));
}

TEST(Golden, JobInEachState) {
  for (const auto state : {job_state::pending, job_state::processing, job_state::completed,
                           job_state::failed, job_state::timeout, job_state::canceled})
    EXPECT_EQ(http::messaging_details(*sample_job(state)),
              golden("job-" + std::string{to_string(state)}));
}

TEST(Golden, JobWithoutMetadataShowsAnEmptyObject) {
  auto bare = sample_job(job_state::completed);
  auto spec = std::make_shared<job_spec>(*bare->spec);
  spec->metadata = {};
  bare->spec = std::move(spec);
  auto outcome = std::make_shared<job_outcome>(*bare->outcome);
  outcome->metadata = {};
  bare->outcome = std::move(outcome);

  EXPECT_EQ(http::messaging_details(*bare), golden("job-without-metadata"));
}

TEST(Golden, List) {
  job_page page;
  page.jobs = {sample_job(job_state::pending), sample_job(job_state::failed)};
  page.total = 12;
  page.matching = 5;

  EXPECT_EQ(http::messaging_list(page), golden("list"));
  EXPECT_EQ(http::messaging_list({}), golden("list-empty"));
}

TEST(Golden, Health) {
  engine_health health;
  health.is_healthy = true;
  health.jobs_max = 10'000;
  count(health.messages, job_state::pending) = 1;
  count(health.messages, job_state::processing) = 2;
  count(health.messages, job_state::completed) = 3;
  count(health.messages, job_state::failed) = 4;
  count(health.messages, job_state::canceled) = 5;
  count(health.messages, job_state::timeout) = 6;
  count(health.finished_messages, job_state::completed) = 4;
  count(health.finished_messages, job_state::failed) = 1;
  count(health.finished_messages, job_state::canceled) = 1;
  count(health.finished_messages, job_state::timeout) = 1;
  health.mean_completion = std::chrono::duration<double, std::milli>{1234.5};
  constexpr system_time now{1703001300000ms};

  EXPECT_EQ(http::messaging_health(health, now), golden("health"));
  EXPECT_EQ(http::messaging_health({}, now), golden("health-idle"));
}

TEST(Golden, Activities) {
  auto agent = sample_agent();
  agent.type = "openai";
  const std::vector agents{agent};
  const auto turns = sample_turns();
  job_page page;
  page.jobs = {turns};
  page.total = page.matching = 1;
  http::agent_job_listing asked;
  asked.query.organisation = "org123";
  asked.activities = http::included_activities{.per_job = 1};

  EXPECT_EQ(http::activity_list(*turns, {}, agents), golden("activities"));
  EXPECT_EQ(http::agent_job_details(*turns, {.limit = 2}, agents),
            golden("agent-job-with-activities"));
  EXPECT_EQ(http::agent_job_list(page, asked, agents), golden("agent-jobs-with-activities"));
}

TEST(Golden, Errors) {
  using http::error_form;

  EXPECT_EQ(http::messaging_error(404, "Job not found").body(), golden("error-not-found"));
  EXPECT_EQ(http::messaging_content_type_error().body(), golden("error-content-type"));
  EXPECT_EQ(http::refuse_key(error_form::messaging).body(), golden("error-key"));
  EXPECT_EQ(http::refuse_route(error_form::messaging).body(), golden("error-endpoint"));
  EXPECT_EQ(http::refuse_body(error_form::messaging, 2'097'152).body(), golden("error-body-size"));
  EXPECT_EQ(http::refuse_route(error_form::problem).body(), golden("problem-not-found"));
}

} // namespace
} // namespace callboard::tests
