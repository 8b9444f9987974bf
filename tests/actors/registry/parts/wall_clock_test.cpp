#include "actors/registry/wall_clock.hpp"

#include <gtest/gtest.h>

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

constexpr clock_reading start{steady_time{1h}, system_time{1'800'000'000'000ms}};

constexpr clock_reading later(std::chrono::milliseconds passed, std::chrono::milliseconds set) {
  return {start.steady + passed, start.wall + passed + set};
}

TEST(WallClock, TellsByHowMuchItWasSet) {
  struct look {
    std::chrono::milliseconds passed;
    std::chrono::milliseconds set;
    std::chrono::milliseconds told;
  };
  const look looks[] = {
    {1s, 0ms, 0ms}, {1s, 499ms, 0ms}, {1s, 500ms, 500ms}, {1s, -499ms, 0ms}, {1s, -1s, -1s},
    {1s, 24h, 24h}, {1s, -24h, -24h}, {10min, 0ms, 0ms},  {10min, -2s, -2s}, {0ms, 1h, 1h},
  };
  for (const auto& [passed, set, told] : looks) {
    wall_clock clock;
    clock.watch(start);

    EXPECT_EQ(clock.look(later(passed, set)), told) << set.count() << " ms";
  }
}

TEST(WallClock, TellsOfEachSetOnce) {
  wall_clock clock;
  clock.watch(start);
  EXPECT_EQ(clock.look(later(1s, 1h)), 1h);

  EXPECT_EQ(clock.look(later(2s, 1h)), 0ms);
  EXPECT_EQ(clock.look(later(3s, 0ms)), -1h);
}

TEST(WallClock, LooksOnceASecondWhileItIsWatched) {
  wall_clock clock;
  EXPECT_FALSE(clock.next_look());

  clock.watch(start);
  clock.watch(later(500ms, 0ms));
  EXPECT_EQ(clock.next_look(), start.steady + 1s);
  clock.look(later(1200ms, 0ms));
  EXPECT_EQ(clock.next_look(), start.steady + 2200ms);
  clock.stop();

  EXPECT_FALSE(clock.next_look());
}

TEST(WallClock, IsNotSetWhileItIsNotWatched) {
  wall_clock clock;
  clock.watch(start);
  clock.stop();

  clock.watch(later(10s, 1h));

  EXPECT_EQ(clock.look(later(11s, 1h)), 0ms);
}

} // namespace

} // namespace callboard::actors::test
