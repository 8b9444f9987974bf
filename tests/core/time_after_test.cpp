#include "core/time_after.hpp"

#include <gtest/gtest.h>

namespace callboard::test {

using namespace std::chrono_literals;
using core::time_after;

constexpr steady_time now{100h};

TEST(TimeAfter, LiesAheadByTheWait) {
  EXPECT_EQ(time_after(now, 0ms), now);
  EXPECT_EQ(time_after(now, 1ms), now + 1ms);
  EXPECT_EQ(time_after(now, 24h * 365 * 99), now + 24h * 365 * 99);
}

TEST(TimeAfter, WaitThatIsOverEndsNow) {
  EXPECT_EQ(time_after(now, -1ms), now);
  EXPECT_EQ(time_after(now, std::chrono::milliseconds::min()), now);
}

TEST(TimeAfter, NoWaitOverflowsTheClock) {
  const auto longest = time_after(now, std::chrono::milliseconds::max());

  EXPECT_GT(longest, now + 24h * 365 * 100);
  EXPECT_EQ(time_after(now, std::chrono::hours{24 * 366 * 400}), longest);
}

} // namespace callboard::test
