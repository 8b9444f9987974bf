#include "bench/load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, OfNothingShowsZeros) {
  histogram empty;

  EXPECT_EQ(empty.count(), 0u);
  EXPECT_EQ(empty.quantile(0.5), nanoseconds{0});
  EXPECT_EQ(empty.min(), nanoseconds{0});
  EXPECT_EQ(empty.max(), nanoseconds{0});
  EXPECT_EQ(empty.mean(), nanoseconds{0});
}

TEST(Histogram, SmallTimesAreExact) {
  histogram times;

  for (int i = 1; i <= 200; ++i)
    times.record(nanoseconds{i});

  EXPECT_EQ(times.quantile(0.5), nanoseconds{100});
  EXPECT_EQ(times.quantile(0.995), nanoseconds{199});
  EXPECT_EQ(times.quantile(0), nanoseconds{1});
  EXPECT_EQ(times.mean(), nanoseconds{100});
}

TEST(Histogram, QuantilesAreNeverBelowTheTrueOnesAndAtMostOnePercentAbove) {
  std::mt19937_64 random{7};
  std::lognormal_distribution<double> spread{12.0, 3.0};
  histogram times;
  std::vector<std::int64_t> exact;
  for (int i = 0; i < 20'000; ++i) {
    exact.push_back(static_cast<std::int64_t>(spread(random)));
    times.record(nanoseconds{exact.back()});
  }
  std::sort(exact.begin(), exact.end());

  for (auto q : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(exact.size())));
    auto wanted = static_cast<double>(exact[rank - 1]);
    auto shown = static_cast<double>(times.quantile(q).count());
    EXPECT_GE(shown, wanted) << q;
    EXPECT_LE(shown, wanted * 1.01) << q;
  }
}

TEST(Histogram, LargestQuantileIsTheExactMaximum) {
  histogram times;
  times.record(nanoseconds{1'000'003});
  times.record(nanoseconds{123'456'789'123});

  EXPECT_EQ(times.quantile(1), nanoseconds{123'456'789'123});
  EXPECT_EQ(times.max(), nanoseconds{123'456'789'123});
  EXPECT_EQ(times.min(), nanoseconds{1'000'003});
}

TEST(Histogram, ExtremeTimesAreCounted) {
  histogram times;

  times.record(nanoseconds{-5});
  times.record(nanoseconds::max());

  EXPECT_EQ(times.count(), 2u);
  EXPECT_EQ(times.min(), nanoseconds{0});
  EXPECT_EQ(times.max(), nanoseconds::max());
  EXPECT_EQ(times.quantile(1), nanoseconds::max());
  EXPECT_EQ(times.quantile(0.5), nanoseconds{0});
}

TEST(Histogram, MergedEqualsRecordedInOne) {
  histogram left;
  histogram right;
  histogram whole;
  for (std::int64_t i = 0; i < 5000; ++i) {
    nanoseconds time{i * i * 37};
    (i % 3 == 0 ? left : right).record(time);
    whole.record(time);
  }

  left.merge(right);

  EXPECT_EQ(left.count(), whole.count());
  EXPECT_EQ(left.mean(), whole.mean());
  EXPECT_EQ(left.min(), whole.min());
  for (auto q : {0.1, 0.5, 0.9, 0.999, 1.0})
    EXPECT_EQ(left.quantile(q), whole.quantile(q)) << q;
}

TEST(Histogram, MergeOfAnEmptyOneChangesNothing) {
  histogram times;
  times.record(nanoseconds{42});

  times.merge(histogram{});

  EXPECT_EQ(times.count(), 1u);
  EXPECT_EQ(times.min(), nanoseconds{42});
}

TEST(Histogram, CopyIsIndependent) {
  histogram first;
  first.record(nanoseconds{10});

  auto second = first;
  second.record(nanoseconds{20});

  EXPECT_EQ(first.count(), 1u);
  EXPECT_EQ(first.max(), nanoseconds{10});
  EXPECT_EQ(second.count(), 2u);
}

} // namespace
} // namespace callboard::bench
