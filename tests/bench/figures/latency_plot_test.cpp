#include "bench/figures/latency_plot.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// 950 requests of 1 ms and 50 of 100 ms.
latency_curve sample(std::string name) {
  latency_curve made{std::move(name), {}};
  for (int i = 0; i < 1000; ++i)
    made.latency.record(i < 950 ? 1ms : 100ms);
  return made;
}

/// The heights of a plot's first curve, from left to right.
std::vector<double> heights(const std::string& plot) {
  auto from = plot.find("points=\"") + 8;
  std::istringstream pairs{plot.substr(from, plot.find('"', from) - from)};
  std::vector<double> all;
  for (std::string pair; pairs >> pair;)
    all.push_back(std::stod(pair.substr(pair.find(',') + 1)));
  return all;
}

TEST(LatencyPlot, CurveRisesFromTheShortestToTheLongestTimes) {
  const auto curve = heights(plot_latency("POST", {sample("half")}));

  ASSERT_GT(curve.size(), 100U);
  EXPECT_TRUE(std::is_sorted(curve.rbegin(), curve.rend())) << "upwards is less in an image";
  EXPECT_GT(curve.front() - curve.back(), 50);
}

TEST(LatencyPlot, EachCurveIsNamed) {
  const auto plot = plot_latency("a < b & c", {sample("half"), sample("more")});

  EXPECT_THAT(plot, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(plot, HasSubstr(">half</text>"));
  EXPECT_THAT(plot, HasSubstr(">more</text>"));
  EXPECT_THAT(plot, HasSubstr(">99 %</text>"));
  EXPECT_THAT(plot, Not(HasSubstr(">99.9 %</text>"))) << "fewer than ten requests are beyond";
}

TEST(LatencyPlot, NothingMeasuredIsAnEmptyPlot) {
  const auto plot = plot_latency("nothing", {{"none", {}}});

  EXPECT_THAT(plot, HasSubstr("</svg>"));
  EXPECT_THAT(plot, Not(HasSubstr("nan")));
  EXPECT_THAT(plot, Not(HasSubstr("inf")));
}

} // namespace
} // namespace callboard::bench
