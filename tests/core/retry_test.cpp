#include "core/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/situations.hpp"

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

} // namespace callboard::test
