#include "core/jobs/validation.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds four_centuries = std::chrono::hours{24 * 366 * 400};
constexpr auto year_10000 = system_time{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}};

const uuid job_id = *uuid::parse("0195d3c0-0000-7000-8000-000000000001");
const uuid agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");

new_job message() {
  new_job made;
  made.user_id = "ada";
  made.content = "hello";
  return made;
}

result<std::shared_ptr<const job_spec>> spec_of(new_job wanted) {
  return core::make_spec(std::move(wanted), job_id, agent_id, at(0).wall);
}

/// The text of the error, or "taken".
std::string verdict(const std::function<void(new_job&)>& change) {
  auto wanted = message();
  change(wanted);
  const auto made = spec_of(std::move(wanted));
  if (made)
    return "taken";
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  return made.error().message;
}

agent_info agent(std::string_view id, std::string name) {
  agent_info made;
  made.id = *uuid::parse(id);
  made.name = std::move(name);
  return made;
}

const std::vector<agent_info> two_agents{agent("550e8400-e29b-41d4-a716-446655440000", "one"),
                                         agent("550e8400-e29b-41d4-a716-446655440001", "two")};

} // namespace

// -- what may be wrong ---------------------------------------------------------

TEST(Validation, TextsAreUtf8WithoutNul) {
  const std::string content = "content must be UTF-8 without NUL characters";
  const std::string user = "user_id must be UTF-8 without NUL characters";

  EXPECT_EQ(verdict([](auto& job) { job.content = "caf\xC3\xA9 \xF0\x9F\x98\x80"; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.content = ""; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.content = "caf\xE9"; }), content);
  EXPECT_EQ(verdict([](auto& job) { job.content = std::string("a\0b", 3); }), content);
  EXPECT_EQ(verdict([](auto& job) { job.user_id = ""; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.user_id = "\xFF"; }), user);
  EXPECT_EQ(verdict([](auto& job) { job.user_id = std::string("\0", 1); }), user);
}

TEST(Validation, OrganisationIsATextAndNotEmpty) {
  const std::string wrong = "organisation must be UTF-8 without NUL characters and not empty";

  EXPECT_EQ(verdict([](auto& job) { job.organisation = "a"; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.organisation = ""; }), wrong);
  EXPECT_EQ(verdict([](auto& job) { job.organisation = "\xFF"; }), wrong);
  EXPECT_EQ(verdict([](auto& job) { job.organisation = std::string("a\0b", 3); }), wrong);
}

TEST(Validation, TimeLimitsAreBetweenAMillisecondAndFourCenturies) {
  const std::string job_wrong = "time_limit must be between 1 ms and 400 years";
  const std::string attempt_wrong = "attempt_time_limit must be between 1 ms and 400 years";

  for (const auto allowed : {1ms, four_centuries}) {
    EXPECT_EQ(verdict([=](auto& job) { job.time_limit = allowed; }), "taken");
    EXPECT_EQ(verdict([=](auto& job) { job.attempt_time_limit = allowed; }), "taken");
  }
  for (const auto refused : {0ms, -1ms, four_centuries + 1ms, std::chrono::milliseconds::max(),
                             std::chrono::milliseconds::min()}) {
    EXPECT_EQ(verdict([=](auto& job) { job.time_limit = refused; }), job_wrong);
    EXPECT_EQ(verdict([=](auto& job) { job.attempt_time_limit = refused; }), attempt_wrong);
  }
}

TEST(Validation, DueTimeIsADateThatCanBeWritten) {
  const std::string wrong = "due_at must be before the year 10000";

  EXPECT_EQ(verdict([](auto& job) { job.due_at = year_10000 - 1ms; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.due_at = system_time::min(); }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.due_at = year_10000; }), wrong);
  EXPECT_EQ(verdict([](auto& job) { job.due_at = system_time::max(); }), wrong);
}

TEST(Validation, RetryPolicyIsWithinItsLimits) {
  const std::string delay_wrong = "retry delays must be between 0 ms and 400 years";
  const std::string jitter_wrong = "retry.jitter must be between 0 and 1";

  EXPECT_EQ(verdict([](auto& job) { job.retry.retries_max = 100; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.retry.retries_max = 101; }),
            "retry.retries_max must be between 0 and 100");
  for (const auto allowed : {0ms, four_centuries}) {
    EXPECT_EQ(verdict([=](auto& job) { job.retry.delay = allowed; }), "taken");
    EXPECT_EQ(verdict([=](auto& job) { job.retry.delay_max = allowed; }), "taken");
  }
  for (const auto refused : {-1ms, four_centuries + 1ms, std::chrono::milliseconds::max()}) {
    EXPECT_EQ(verdict([=](auto& job) { job.retry.delay = refused; }), delay_wrong);
    EXPECT_EQ(verdict([=](auto& job) { job.retry.delay_max = refused; }), delay_wrong);
  }
  for (const auto allowed : {0.0, 0.5, 1.0})
    EXPECT_EQ(verdict([=](auto& job) { job.retry.jitter = allowed; }), "taken");
  for (const auto refused : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(verdict([=](auto& job) { job.retry.jitter = refused; }), jitter_wrong);
}

TEST(Validation, FollowUpsAreLimited) {
  EXPECT_EQ(verdict([](auto& job) { job.follow_ups_max = 100; }), "taken");
  EXPECT_EQ(verdict([](auto& job) { job.follow_ups_max = 101; }),
            "follow_ups_max must be between 0 and 100");
}

TEST(Validation, EachKindCarriesItsOwnFieldsAndNoOther) {
  const std::string agent_wrong = "agent_job must be set for jobs of kind agent, and only for them";
  const std::string run_wrong = "run must be set for jobs of kind run, and only for them";
  const auto agent_fields = std::make_shared<const agent_job_fields>();
  const auto run = std::make_shared<const run_fields>();

  const auto with = [](job_kind kind, const auto& fields, const auto& run_part) {
    return verdict([&](auto& job) {
      job.kind = kind;
      job.agent_job = fields;
      job.run = run_part;
    });
  };

  EXPECT_EQ(with(job_kind::message, nullptr, nullptr), "taken");
  EXPECT_EQ(with(job_kind::message, agent_fields, nullptr), agent_wrong);
  EXPECT_EQ(with(job_kind::message, nullptr, run), run_wrong);
  EXPECT_EQ(with(job_kind::agent, agent_fields, nullptr), "taken");
  EXPECT_EQ(with(job_kind::agent, nullptr, nullptr), agent_wrong);
  EXPECT_EQ(with(job_kind::agent, agent_fields, run), run_wrong);
  EXPECT_EQ(with(job_kind::run, nullptr, run), "taken");
  EXPECT_EQ(with(job_kind::run, nullptr, nullptr), run_wrong);
  EXPECT_EQ(with(job_kind::run, agent_fields, run), agent_wrong);
}

// -- what becomes of it --------------------------------------------------------

TEST(Validation, SpecHoldsWhatWasWantedAndWhatTheEngineAdds) {
  auto wanted = message();
  wanted.organisation = "org123";
  wanted.kind = job_kind::agent;
  wanted.agent_job = std::make_shared<const agent_job_fields>();
  wanted.metadata = json_text::from_valid(R"({"a":1})");
  wanted.time_limit = 5s;
  wanted.attempt_time_limit = 2s;
  wanted.retry = {.retries_max = 3, .delay = 7s};
  wanted.follow_ups_max = 4;

  const auto spec = *spec_of(wanted);

  EXPECT_EQ(spec->id, job_id);
  EXPECT_EQ(spec->agent_id, agent_id);
  EXPECT_EQ(spec->kind, job_kind::agent);
  EXPECT_EQ(spec->organisation, "org123");
  EXPECT_EQ(spec->user_id, "ada");
  EXPECT_EQ(spec->content, "hello");
  EXPECT_EQ(spec->metadata, wanted.metadata);
  EXPECT_EQ(spec->created_at, at(0).wall);
  EXPECT_EQ(spec->due_at, at(0).wall);
  EXPECT_EQ(spec->expires_at, at(5000).wall);
  EXPECT_EQ(spec->attempt_time_limit, 2s);
  EXPECT_EQ(spec->retry, wanted.retry);
  EXPECT_EQ(spec->follow_ups_max, 4u);
  EXPECT_EQ(spec->agent_job, wanted.agent_job);
  EXPECT_EQ(spec->run, nullptr);
}

TEST(Validation, TimeLimitCountsFromWhenTheJobIsDue) {
  auto wanted = message();
  wanted.time_limit = 5s;
  wanted.due_at = at(60'000).wall;

  const auto spec = *spec_of(wanted);

  EXPECT_EQ(spec->created_at, at(0).wall);
  EXPECT_EQ(spec->due_at, at(60'000).wall);
  EXPECT_EQ(spec->expires_at, at(65'000).wall);
}

TEST(Validation, DueTimeInThePastIsNow) {
  auto wanted = message();
  wanted.due_at = at(-1).wall;

  EXPECT_EQ((*spec_of(wanted))->due_at, at(0).wall);
}

// -- whom it goes to -----------------------------------------------------------

TEST(Validation, JobGoesToTheAgentThatItNames) {
  auto wanted = message();
  wanted.agent_id = two_agents[1].id;

  EXPECT_EQ(core::choose_agent(wanted, two_agents), 1u);
}

TEST(Validation, JobThatNamesNoAgentGoesToTheFirst) {
  EXPECT_EQ(core::choose_agent(message(), two_agents), 0u);
}

TEST(Validation, UnknownAgentIsToldById) {
  auto wanted = message();
  wanted.agent_id = job_id;

  EXPECT_EQ(core::choose_agent(wanted, two_agents).error(),
            (error{errc::agent_not_found, "Agent 0195d3c0-0000-7000-8000-000000000001 not found"}));
}

TEST(Validation, WithoutAgentsThereIsNobodyToTakeAJob) {
  auto wanted = message();

  EXPECT_EQ(core::choose_agent(wanted, {}).error(),
            (error{errc::no_agents, "No agents available on server"}));
  wanted.agent_id = job_id;
  EXPECT_EQ(core::choose_agent(wanted, {}).error().code, errc::agent_not_found);
}

TEST(Validation, PageHoldsOneToAThousandJobs) {
  job_query query;
  for (const auto& [limit, is_allowed] :
       {std::pair{std::size_t{0}, false}, std::pair{std::size_t{1}, true},
        std::pair{std::size_t{1000}, true}, std::pair{std::size_t{1001}, false}}) {
    query.limit = limit;

    const auto ok = core::check_query(query);

    EXPECT_EQ(ok.has_value(), is_allowed) << limit;
    if (!ok) {
      EXPECT_EQ(ok.error(), (error{errc::invalid_argument, "limit must be between 1 and 1000"}));
    }
  }
}

} // namespace callboard::test
