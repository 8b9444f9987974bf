#include "core/timer_heap.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

struct timer : core::timer_node {
  int number = 0;
};

using heap = core::timer_heap<timer>;

steady_time in(std::int64_t ms) {
  return steady_time{std::chrono::milliseconds{ms}};
}

bool is_armed(const timer& one) {
  return one.slot != core::timer_node::not_armed;
}

} // namespace

TEST(TimerHeap, EmptyHeapHasNothingDue) {
  heap timers;

  EXPECT_TRUE(timers.is_empty());
  EXPECT_EQ(timers.size(), 0u);
  EXPECT_EQ(timers.pop_due(steady_time::max()), nullptr);
}

TEST(TimerHeap, TimerIsDueAtItsTimeAndNotBefore) {
  heap timers;
  timer one;
  timers.arm(one, in(5));

  EXPECT_EQ(timers.next_due(), in(5));
  EXPECT_EQ(timers.pop_due(in(5) - 1ns), nullptr);
  EXPECT_EQ(timers.pop_due(in(5)), &one);
  EXPECT_TRUE(timers.is_empty());
  EXPECT_FALSE(is_armed(one));
}

TEST(TimerHeap, TimersComeOutInTheOrderOfTheirTimes) {
  heap timers;
  std::vector<timer> all(100);
  for (std::size_t i = 0; i < all.size(); ++i)
    timers.arm(all[i], in(static_cast<std::int64_t>(i * 37 % 100)));

  for (std::int64_t due = 0; due < 100; ++due) {
    EXPECT_EQ(timers.next_due(), in(due));
    ASSERT_NE(timers.pop_due(in(due)), nullptr);
    EXPECT_EQ(timers.pop_due(in(due)), nullptr);
  }
  EXPECT_TRUE(timers.is_empty());
}

TEST(TimerHeap, ArmedTimerCanBeMovedBothWays) {
  heap timers;
  timer a;
  timer b;
  timers.arm(a, in(5));
  timers.arm(b, in(6));

  timers.arm(b, in(4));
  EXPECT_EQ(timers.next_due(), in(4));
  timers.arm(b, in(7));

  EXPECT_EQ(timers.size(), 2u);
  EXPECT_EQ(timers.pop_due(in(9)), &a);
  EXPECT_EQ(timers.pop_due(in(9)), &b);
}

TEST(TimerHeap, DisarmedTimerDoesNotComeOutAndCanBeArmedAgain) {
  heap timers;
  timer one;
  timers.arm(one, in(5));

  timers.disarm(one);
  timers.disarm(one);
  EXPECT_EQ(timers.pop_due(in(9)), nullptr);
  timers.arm(one, in(6));

  EXPECT_EQ(timers.pop_due(in(9)), &one);
}

TEST(TimerHeap, TimersOfOneTimeAllComeOut) {
  heap timers;
  std::vector<timer> all(20);
  for (auto& one : all)
    timers.arm(one, in(5));

  while (timers.pop_due(in(5))) {
  }

  EXPECT_TRUE(timers.is_empty());
  for (const auto& one : all)
    EXPECT_FALSE(is_armed(one));
}

TEST(TimerHeap, DoesWhatAnOrderedMapDoes) {
  const auto seed = random_seed();
  std::mt19937_64 numbers{seed};
  const auto number = [&](std::uint64_t end) { return static_cast<std::int64_t>(numbers() % end); };
  heap timers;
  std::vector<timer> all(300);
  std::multimap<steady_time, timer*> expected;
  std::map<timer*, decltype(expected)::iterator> places;
  const auto forget = [&](timer* one) {
    if (const auto found = places.find(one); found != places.end()) {
      expected.erase(found->second);
      places.erase(found);
    }
  };

  for (int i = 0; i < 30'000 && !HasFailure(); ++i) {
    SCOPED_TRACE("operation " + std::to_string(i));
    auto* one = &all[static_cast<std::size_t>(number(all.size()))];
    const auto when = in(number(1000));
    switch (number(5)) {
      case 0:
        forget(one);
        timers.disarm(*one);
        break;
      case 1:
        if (auto* popped = timers.pop_due(in(number(300)))) {
          ASSERT_TRUE(places.contains(popped));
          EXPECT_EQ(places[popped]->first, expected.begin()->first);
          forget(popped);
        }
        break;
      default:
        forget(one);
        places[one] = expected.emplace(when, one);
        timers.arm(*one, when);
    }
    ASSERT_EQ(timers.size(), expected.size());
    EXPECT_EQ(is_armed(*one), places.contains(one));
    if (!expected.empty()) {
      EXPECT_EQ(timers.next_due(), expected.begin()->first);
    }
  }
  while (auto* popped = timers.pop_due(steady_time::max())) {
    EXPECT_EQ(places.at(popped)->first, expected.begin()->first);
    forget(popped);
  }
  EXPECT_TRUE(expected.empty());
}

} // namespace callboard::test
