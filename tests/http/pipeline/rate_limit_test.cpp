// How much somebody may use of what there is only so much of.

#include "http/pipeline/rate_limit.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "http/pipeline/rate_limit_table.hpp"

namespace callboard::http {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{std::chrono::hours{1}};
constexpr rate_limit four_a_minute{4, 60s};

struct step {
  std::chrono::seconds at;
  bool is_granted;
  std::size_t left;
  std::chrono::seconds until_next;
  std::chrono::seconds until_all;
};

TEST(RateLimit, IsUsedUpAndComesBackBitByBit) {
  // With four a minute one comes back each 15 s.
  constexpr step steps[] = {
    {0s, true, 3, 0s, 15s},      {0s, true, 2, 0s, 30s},    {0s, true, 1, 0s, 45s},
    {0s, true, 0, 15s, 60s},     {0s, false, 0, 15s, 60s},  {1s, false, 0, 14s, 59s},
    {14s, false, 0, 1s, 46s},    {15s, true, 0, 15s, 60s},  {15s, false, 0, 15s, 60s},
    {45s, true, 1, 0s, 45s},     {105s, true, 3, 0s, 15s},  {1000s, true, 3, 0s, 15s},
    {1000s, true, 2, 0s, 30s},   {1000s, true, 1, 0s, 45s}, {1000s, true, 0, 15s, 60s},
    {1000s, false, 0, 15s, 60s},
  };
  rate_use use;

  for (const auto& [at, is_granted, left, until_next, until_all] : steps) {
    SCOPED_TRACE(at.count());
    const auto state = use.take(four_a_minute, start + at);
    EXPECT_EQ(state.is_granted, is_granted);
    EXPECT_EQ(state.left, left);
    EXPECT_EQ(state.until_next, until_next);
    EXPECT_EQ(state.until_all, until_all);
  }
}

TEST(RateLimit, NoMoreThanTwiceItsCountGoThroughInAnyWindow) {
  // All at once, and then each as it comes back.
  rate_use use;
  std::size_t granted = 0;
  for (auto at = 0s; at < 60s; ++at)
    for (int i = 0; i < 3; ++i)
      granted += use.take(four_a_minute, start + at).is_granted ? 1 : 0;

  EXPECT_EQ(granted, 4U + 3U);
}

TEST(RateLimit, ExtremeOnesNeitherStopNorOverflow) {
  rate_use one;
  EXPECT_TRUE(one.take({1, 86'400s}, start).is_granted);
  const auto refused = one.take({1, 86'400s}, start);
  EXPECT_FALSE(refused.is_granted);
  EXPECT_EQ(refused.until_next, 86'400s);

  rate_use many;
  EXPECT_EQ(many.take({1'000'000'000, 1s}, start).left, 999'999'999U);
}

TEST(RateLimit, IsForgottenOnceNothingIsUsed) {
  rate_use use;
  EXPECT_TRUE(use.is_over(start));
  use.take(four_a_minute, start);

  EXPECT_FALSE(use.is_over(start + 14s));
  EXPECT_TRUE(use.is_over(start + 15s));
}

TEST(RateLimit, WaitsAreToldInWholeSecondsRoundedUp) {
  EXPECT_EQ(seconds_until(0ms), 0s);
  EXPECT_EQ(seconds_until(1ms), 1s);
  EXPECT_EQ(seconds_until(1000ms), 1s);
  EXPECT_EQ(seconds_until(1001ms), 2s);
}

client_source source(std::uint32_t number) {
  client_source made{};
  for (std::size_t i = 0; i < 4; ++i)
    made[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return made;
}

TEST(RateLimitTable, EachClientHasItsOwn) {
  rate_limit_table table{{1, 60s}};

  EXPECT_TRUE(table.take(source(1), start).is_granted);
  EXPECT_TRUE(table.take(source(2), start).is_granted);
  EXPECT_FALSE(table.take(source(1), start).is_granted);
  EXPECT_FALSE(table.take(source(2), start).is_granted);
  EXPECT_TRUE(table.take(source(1), start + 60s).is_granted);
}

TEST(RateLimitTable, WhoHasUsedMostIsRememberedLongest) {
  // However many others come: they push out each other, who have used less.
  rate_limit_table table{{10, 60s}};
  for (int i = 0; i < 10; ++i)
    table.take(source(0), start);

  for (std::uint32_t i = 1; i <= 10 * rate_limit_table::clients_max; ++i)
    table.take(source(i), start);

  EXPECT_FALSE(table.take(source(0), start).is_granted);
}

TEST(RateLimitTable, MostOfAsManyAsThereIsRoomForAreRemembered) {
  rate_limit_table table{{1, 60s}};
  constexpr std::uint32_t count = rate_limit_table::clients_max / 4;
  for (std::uint32_t i = 1; i <= count; ++i)
    table.take(source(i), start);

  std::size_t forgotten = 0;
  for (std::uint32_t i = 1; i <= count; ++i)
    forgotten += table.take(source(i), start).is_granted ? 1 : 0;

  // Two in eight places on average: more than eight are rare whatever the salt.
  EXPECT_LT(forgotten, count / 20);
}

TEST(RateLimitTable, WithoutALimitThereIsNone) {
  EXPECT_FALSE((rate_limit_table{{0, 60s}}.is_limited()));
  EXPECT_TRUE((rate_limit_table{{1, 60s}}.is_limited()));
}

} // namespace
} // namespace callboard::http
