#include "core/jobs/retry.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

using core::wait_before_retry;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds four_centuries = std::chrono::hours{24 * 366 * 400};

core::random_source always(std::uint64_t value) {
  return [value] { return value; };
}

struct row {
  backoff growth;
  std::chrono::milliseconds delay;
  std::chrono::milliseconds delay_max;
  std::uint32_t retry;
  std::chrono::milliseconds wait;
};

constexpr auto fixed = backoff::fixed;
constexpr auto exponential = backoff::exponential;

constexpr row rows[] = {
  {fixed, 1s, 60s, 1, 1s},
  {fixed, 1s, 60s, 2, 1s},
  {fixed, 1s, 60s, 100, 1s},
  {fixed, 5min, 60s, 1, 60s},
  {fixed, 0ms, 60s, 1, 0ms},
  {exponential, 1s, 60s, 1, 1s},
  {exponential, 1s, 60s, 2, 2s},
  {exponential, 1s, 60s, 3, 4s},
  {exponential, 1s, 60s, 6, 32s},
  {exponential, 1s, 60s, 7, 60s},
  {exponential, 1s, 60s, 100, 60s},
  {exponential, 1s, 0ms, 3, 0ms},
  {exponential, 0ms, 60s, 100, 0ms},
  {exponential, 1ms, four_centuries, 100, four_centuries},
  {exponential, four_centuries, four_centuries, std::numeric_limits<std::uint32_t>::max(),
   four_centuries},
};

} // namespace

TEST(Retry, WaitByGrowthAndNumber) {
  for (const auto& [growth, delay, delay_max, retry, wait] : rows) {
    const retry_policy policy{
      .retries_max = 100, .delay = delay, .delay_max = delay_max, .growth = growth};

    EXPECT_EQ(wait_before_retry(policy, retry, always(0)), wait)
      << (growth == fixed ? "fixed " : "exponential ") << delay.count() << " retry " << retry;
  }
}

TEST(Retry, JitterSpreadsTheWaitToBothSides) {
  const retry_policy policy{.delay = 10s, .growth = fixed, .jitter = 0.2};

  EXPECT_EQ(wait_before_retry(policy, 1, always(0)), 8s);
  EXPECT_EQ(wait_before_retry(policy, 1, always(std::uint64_t{1} << 63)), 10s);
  EXPECT_EQ(wait_before_retry(policy, 1, always(std::numeric_limits<std::uint64_t>::max())), 12s);
}

TEST(Retry, JitterIsAppliedToTheCappedWait) {
  const retry_policy policy{.delay = 100s, .delay_max = 10s, .jitter = 0.5};

  EXPECT_EQ(wait_before_retry(policy, 1, always(0)), 5s);
  EXPECT_EQ(wait_before_retry(policy, 1, always(std::numeric_limits<std::uint64_t>::max())), 15s);
}

TEST(Retry, FullJitterStaysWithinNothingAndTwiceTheWait) {
  const retry_policy policy{.delay = 1s, .growth = fixed, .jitter = 1.0};
  const auto random = repeatable_random();
  auto least = std::chrono::milliseconds::max();
  auto most = 0ms;

  for (int i = 0; i < 1000; ++i) {
    const auto wait = wait_before_retry(policy, 1, random);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }

  EXPECT_GE(least, 0ms);
  EXPECT_LT(least, 100ms);
  EXPECT_LE(most, 2s);
  EXPECT_GT(most, 1900ms);
}

TEST(Retry, LongestWaitsDoNotOverflow) {
  const retry_policy policy{.delay = four_centuries, .delay_max = four_centuries, .jitter = 1.0};

  EXPECT_EQ(wait_before_retry(policy, 100, always(std::numeric_limits<std::uint64_t>::max())),
            2 * four_centuries);
}

// One `Retry-After: 86400` parked a job for a day, and up to a year was taken.
TEST(Retry, WhatAnAgentAsksForCountsUpToItsLimit) {
  struct asked_case {
    std::optional<std::chrono::milliseconds> asked;
    std::chrono::seconds limit;
    std::chrono::milliseconds wait;
  };
  constexpr retry_policy policy{.retries_max = 1, .delay = 200ms, .growth = fixed};
  constexpr asked_case cases[] = {
    {std::nullopt, 60s, 200ms},
    {0ms, 60s, 200ms},
    {-5s, 60s, 200ms},
    {199ms, 60s, 200ms},
    {201ms, 60s, 201ms},
    {60s, 60s, 60s},
    {60'001ms, 60s, 60s},
    {24h, 60s, 60s},
    {24h * 366, 60s, 60s},
    {std::chrono::milliseconds::max(), 60s, 60s},
    {std::chrono::milliseconds::min(), 60s, 200ms},
    {24h, 0s, 200ms},
    {1ms, 0s, 200ms},
    {25h, 24h, 24h},
    {2s, 1s, 1s},
  };
  for (const auto& [asked, limit, wait] : cases) {
    auto answer = agent_answer::failure("busy");
    answer.retry_after = asked;
    agent_retry rules;
    rules.retry_after_max = limit;

    EXPECT_EQ(core::wait_after(answer, policy, 1, rules, always(0)), wait)
      << (asked ? asked->count() : -1) << " ms, limit " << limit.count() << " s";
  }
}

TEST(Retry, RefusedMessagesWithoutAPolicyFollowTheirAgents) {
  struct policy_case {
    job_kind kind;
    std::uint32_t own_retries;
    bool is_refusal;
    std::uint32_t retries;
  };
  constexpr policy_case cases[] = {
    {job_kind::message, 0, true, 2}, {job_kind::message, 0, false, 0},
    {job_kind::message, 5, true, 5}, {job_kind::message, 5, false, 5},
    {job_kind::agent, 0, true, 0},   {job_kind::agent, 3, true, 3},
    {job_kind::run, 0, true, 0},     {job_kind::run, 3, true, 3},
  };
  for (const auto& [kind, own_retries, is_refusal, retries] : cases) {
    job_spec spec;
    spec.kind = kind;
    spec.retry.retries_max = own_retries;

    EXPECT_EQ(core::policy_for(spec, is_refusal, agent_retry{}).retries_max, retries)
      << to_string(kind) << " with " << own_retries;
  }
}

TEST(Retry, AgentsWaitGrowsUpToItsLimit) {
  const agent_retry rules;

  EXPECT_EQ(wait_before_retry(rules.refusals, 1, always(0)), 500ms);
  EXPECT_EQ(wait_before_retry(rules.refusals, 2, always(0)), 1000ms);
  EXPECT_EQ(wait_before_retry(rules.refusals, 5, always(0)), 8000ms);
  EXPECT_EQ(wait_before_retry(rules.refusals, 100, always(0)), 8000ms);
}

} // namespace callboard::test
