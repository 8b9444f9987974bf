#include "bench/load/arrivals.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callboard::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr steady_time start{seconds{100}};

std::vector<steady_time> take_all(arrivals& from) {
  std::vector<steady_time> taken;
  while (auto time = from.take())
    taken.push_back(*time);
  return taken;
}

TEST(Arrivals, ComeAtTheirRate) {
  arrivals requests{100, start, start + seconds{1}};

  requests.advance(start + milliseconds{25});

  EXPECT_THAT(take_all(requests),
              ElementsAre(start, start + milliseconds{10}, start + milliseconds{20}));
  EXPECT_EQ(requests.next(), start + milliseconds{30});
}

TEST(Arrivals, NothingComesBeforeTheStart) {
  arrivals requests{100, start, start + seconds{1}};

  requests.advance(start - milliseconds{1});

  EXPECT_EQ(requests.take(), std::nullopt);
  EXPECT_EQ(requests.next(), start);
}

// A server that pauses must not slow the arrivals down, nor shorten the latency of those that had to
// wait: that would be coordinated omission.
TEST(Arrivals, KeepTheirTimesThroughAPause) {
  arrivals requests{1000, start, start + seconds{1}};
  requests.advance(start);
  take_all(requests);

  requests.advance(start + milliseconds{500});

  EXPECT_EQ(requests.waiting(), 500u);
  EXPECT_EQ(requests.take(), start + milliseconds{1});
  EXPECT_EQ(requests.take(), start + milliseconds{2});
  EXPECT_EQ(requests.waiting_max(), 500u);
}

TEST(Arrivals, EndBeforeTheEnd) {
  arrivals requests{10, start, start + milliseconds{300}};

  requests.advance(start + seconds{5});

  EXPECT_EQ(take_all(requests).size(), 3u);
  EXPECT_EQ(requests.next(), std::nullopt);
}

TEST(Arrivals, EndAfterTheirMostCount) {
  arrivals requests{3, start, start + seconds{100}, 7};

  requests.advance(start + seconds{50});

  EXPECT_EQ(take_all(requests).size(), 7u);
  EXPECT_EQ(requests.next(), std::nullopt);
}

TEST(Arrivals, RoundingDoesNotAddUp) {
  arrivals requests{3, start, start + seconds{100'000}};

  requests.advance(start + seconds{99'999});

  EXPECT_EQ(requests.waiting(), 3u * 99'999u + 1u);
}

} // namespace
} // namespace callboard::bench
