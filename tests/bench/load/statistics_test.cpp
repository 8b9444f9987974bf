#include "bench/load/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using testing::ElementsAre;

TEST(Spread, OfOddCountHasTheMiddleOne) {
  auto shown = spread_of(std::vector<double>{9, 1, 4});

  EXPECT_EQ(shown.median, 4);
  EXPECT_EQ(shown.low, 1);
  EXPECT_EQ(shown.high, 9);
}

TEST(Spread, OfEvenCountHasTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(spread_of(std::vector<double>{8, 1, 2, 4}).median, 3);
}

TEST(Spread, OfNothingIsZero) {
  auto shown = spread_of({});

  EXPECT_EQ(shown.median, 0);
  EXPECT_EQ(shown.low, 0);
  EXPECT_EQ(shown.high, 0);
}

TEST(Ratios, DivideRoundByRound) {
  EXPECT_THAT(ratios(std::vector<double>{10, 30}, std::vector<double>{20, 10}),
              ElementsAre(0.5, 3));
}

TEST(Ratios, LeaveOutRoundsWithoutDivisor) {
  EXPECT_THAT(ratios(std::vector<double>{10, 30, 7}, std::vector<double>{0, 10}), ElementsAre(3));
}

} // namespace
} // namespace callboard::bench
