#include "actors/registry/timers.hpp"

#include <gtest/gtest.h>

#include "actors/registry/job_table.hpp"
#include "tests/actors/registry/parts/fake_outbox.hpp"

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

class Timers : public ::testing::Test {
protected:
  fake_outbox out;
  timers due{out};
  job_entry first;
  job_entry second;
};

TEST_F(Timers, WakeForTheEarliestOfAll) {
  struct sample {
    std::optional<steady_time> job;
    std::optional<steady_time> other;
    std::vector<steady_time> wakes;
  };
  const sample samples[] = {
    {std::nullopt, std::nullopt, {}},         {start + 2s, std::nullopt, {start + 2s}},
    {std::nullopt, start + 1s, {start + 1s}}, {start + 2s, start + 1s, {start + 1s}},
    {start + 1s, start + 2s, {start + 1s}},
  };
  for (const auto& [job, other, wakes] : samples) {
    out.wakes.clear();
    timers fresh{out};
    job_entry entry;
    if (job)
      fresh.arm(entry, *job);

    fresh.wake_for({std::nullopt, other});

    EXPECT_EQ(out.wakes, wakes);
  }
}

TEST_F(Timers, OneWakeUpStandsForAllThatComesLater) {
  due.arm(first, start + 1s);
  due.wake_for({});
  due.arm(second, start + 2s);
  due.wake_for({});
  EXPECT_EQ(out.wakes.size(), 1u);

  due.wake_for({start + 500ms});
  EXPECT_EQ(out.wakes.size(), 2u);

  due.on_wake(start + 500ms);
  due.wake_for({});
  EXPECT_EQ(out.wakes.back(), start + 1s);
}

TEST_F(Timers, GiveBackWhatIsDueInOrder) {
  due.arm(first, start + 2s);
  due.arm(second, start + 1s);

  EXPECT_EQ(due.pop_due(start), nullptr);
  EXPECT_EQ(due.pop_due(start + 2s), &second);
  EXPECT_EQ(due.pop_due(start + 2s), &first);
  EXPECT_EQ(due.pop_due(start + 2s), nullptr);
}

TEST_F(Timers, DisarmedJobIsNotDue) {
  due.arm(first, start);

  due.disarm(first);

  EXPECT_EQ(due.pop_due(start + 1h), nullptr);
}

} // namespace

} // namespace callboard::actors::test
