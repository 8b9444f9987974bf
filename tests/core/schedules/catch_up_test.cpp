#include "core/schedules/catch_up.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <callboard/date_time.hpp>

#include "core/schedules/schedule_rules.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::live_schedule;

const system_time start = *parse_instant("2026-03-01T00:00:00Z");

live_schedule each_second(overlap_policy overlap) {
  schedule_definition what;
  what.name = "job";
  what.agent_id.bytes[0] = 1;
  what.interval = 1s;
  what.payload = json_text::from_valid("{}");
  what.overlap = overlap;
  what.missed = missed_policy::all;
  return core::make_schedule(std::move(what), "default", uuid{}, start).value();
}

/// The times that are made up, one after another.
std::vector<system_time> catch_up(live_schedule job, system_time now) {
  std::vector<system_time> times;
  for (;;) {
    auto step = core::start_waiting(job, 0, now);
    if (!step.start || step.start->trigger != run_trigger::missed)
      return times;
    times.push_back(step.start->scheduled_at);
    job = std::move(step.next);
  }
}

live_schedule down_until(const live_schedule& job, system_time now) {
  return core::restore_schedule(job.record, now);
}

TEST(MadeUp, TimesBetweenTwoDowntimesAreNotMadeUp) {
  for (const auto overlap : {overlap_policy::skip, overlap_policy::queue, overlap_policy::allow,
                             overlap_policy::cancel}) {
    auto job = down_until(each_second(overlap), start + 3s);
    // 4 and 5 come due while the first of the missed ones still runs.
    for (const auto due : {4s, 5s})
      job = core::on_due(job, 1, start + due).next;

    job = down_until(job, start + 7s);

    EXPECT_EQ(catch_up(job, start + 7s),
              (std::vector{start + 1s, start + 2s, start + 3s, start + 6s, start + 7s}));
    EXPECT_EQ(job.record->missed_count, 5u);
  }
}

TEST(MadeUp, DowntimeRightAfterAnotherJoinsIt) {
  auto job = down_until(each_second(overlap_policy::skip), start + 3s);

  job = down_until(job, start + 5s);

  EXPECT_EQ(job.record->catch_up, (std::vector{time_range{start + 1s - 1ms, start + 5s}}));
}

TEST(MadeUp, ClockThatWasSetBackHasNothingMadeUpTwice) {
  auto job = down_until(each_second(overlap_policy::skip), start + 100s);
  job = core::on_clock_set_back(job, 60s, start + 40s);
  job = down_until(job, start + 50s);
  EXPECT_EQ(job.record->catch_up, (std::vector{time_range{start + 1s - 1ms, start + 100s}}));

  job = down_until(job, start + 102s);

  EXPECT_EQ(job.record->catch_up, (std::vector{time_range{start + 1s - 1ms, start + 102s}}));
}

TEST(MadeUp, NewMissTakesThePlaceOfTheOldOneUnderOnce) {
  auto job = each_second(overlap_policy::skip);
  auto what = *job.record->definition;
  what.missed = missed_policy::once;
  job = core::edit(job, what, start).value();
  job = core::on_due(down_until(job, start + 3s), 1, start + 4s).next;

  job = down_until(job, start + 7s);

  EXPECT_EQ(catch_up(job, start + 7s), std::vector{start + 7s});
}

TEST(MadeUp, OldestOfVeryManyDowntimesGoes) {
  auto job = each_second(overlap_policy::skip);
  auto now = start;
  for (int downtime = 0; downtime < 101; ++downtime) {
    now += 1s;
    job = down_until(job, now);
    now += 1s;
    job = core::on_due(job, 1, now).next;
  }

  const auto times = catch_up(job, now);

  ASSERT_EQ(times.size(), 100u);
  EXPECT_EQ(times.front(), start + 3s);
  EXPECT_EQ(times.back(), start + 201s);
}

TEST(MadeUp, OneThatWasPutBackDoesNotRaiseTheBound) {
  const core::timing when = core::interval_timing{start, 1s};
  std::vector<time_range> ranges;
  for (int i = 0; i < 100; ++i)
    core::add_catch_up(ranges, when, {start + i * 2s, start + i * 2s + 1s});
  ASSERT_EQ(ranges.size(), 100u);
  core::put_back_catch_up(ranges, start - 1s);

  core::add_catch_up(ranges, when, {start + 300s, start + 301s});

  ASSERT_EQ(ranges.size(), 100u);
  EXPECT_EQ(ranges.front().after, start + 2s);
}

TEST(MadeUp, RunWithoutRoomIsTriedAgainWhereverItStands) {
  auto job = down_until(each_second(overlap_policy::skip), start + 2s);
  job = core::on_due(job, 1, start + 3s).next;
  job = down_until(job, start + 5s);
  const std::vector all{start + 1s, start + 2s, start + 4s, start + 5s};
  for (std::size_t taken = 0; taken < all.size(); ++taken) {
    auto step = core::start_waiting(job, 0, start + 5s);

    EXPECT_EQ(catch_up(core::postpone(job, step), start + 5s),
              std::vector(all.begin() + static_cast<std::ptrdiff_t>(taken), all.end()));

    job = std::move(step.next);
  }
}

TEST(MadeUp, RunWithoutRoomInTheStepThatFindsOthersMissedLosesNone) {
  auto job = down_until(each_second(overlap_policy::skip), start + 2s);
  job = core::on_due(job, 1, start + 3s).next;

  // The machine slept.
  const auto step = core::on_due(job, 0, start + 20s);
  ASSERT_TRUE(step.start);
  const auto times = catch_up(core::postpone(job, step), start + 20s);

  ASSERT_EQ(times.size(), 2u + 17u);
  EXPECT_EQ(times.front(), start + 1s);
  EXPECT_EQ(times[2], start + 4s);
}

/// A scheduled job in a random life.
class random_life {
public:
  explicit random_life(overlap_policy overlap) : job_{each_second(overlap)} {
    // nop
  }

  void pass(std::chrono::milliseconds by) {
    for (now_ += by; job_.record->next_run_at <= now_;)
      take(core::on_due(job_, runs_, now_));
  }

  void end_a_run() {
    if (runs_ == 0)
      return;
    --runs_;
    take(core::start_waiting(job_, runs_, now_));
  }

  void be_down(std::chrono::milliseconds by) {
    now_ += by;
    job_ = down_until(job_, now_);
    take(core::start_waiting(job_, runs_, now_));
  }

  /// Lets everything end and looks at the sums.
  void expect_sound() {
    do {
      runs_ = 0;
      take(core::start_waiting(job_, runs_, now_));
    } while (runs_ > 0);
    const auto& record = *job_.record;
    const auto passed = static_cast<std::size_t>((*record.next_run_at - start) / 1s) - 1;
    EXPECT_EQ(scheduled_.size() + record.skipped_count + record.missed_count, passed);
    EXPECT_EQ(catch_up_.size(), record.missed_count);
    EXPECT_TRUE(std::is_sorted(catch_up_.begin(), catch_up_.end()));
    auto all = scheduled_;
    all.insert(all.end(), catch_up_.begin(), catch_up_.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "a time ran twice";
    EXPECT_EQ(record.run_count, all.size());
  }

private:
  void take(core::schedule_step step) {
    job_ = std::move(step.next);
    if (step.cancels_runs)
      runs_ = 0;
    if (!step.start)
      return;
    ++runs_;
    auto& times = step.start->trigger == run_trigger::missed ? catch_up_ : scheduled_;
    times.push_back(step.start->scheduled_at);
  }

  live_schedule job_;
  system_time now_ = start;
  std::size_t runs_ = 0;
  std::vector<system_time> scheduled_;
  std::vector<system_time> catch_up_;
};

TEST(MadeUp, EveryTimeIsRunSkippedOrMadeUpOnce) {
  std::mt19937_64 random{random_seed()};
  const auto pick = [&random](int limit) {
    return std::chrono::milliseconds{std::uniform_int_distribution{0, limit}(random)};
  };
  for (const auto overlap :
       {overlap_policy::skip, overlap_policy::queue, overlap_policy::allow, overlap_policy::cancel})
    for (int life = 0; life < 50; ++life) {
      SCOPED_TRACE(std::string{to_string(overlap)} + ", life " + std::to_string(life));
      random_life one{overlap};
      for (int step = 0; step < 60; ++step)
        switch (pick(5).count()) {
          case 0:
            one.be_down(pick(4'000));
            break;
          case 1:
          case 2:
            one.end_a_run();
            break;
          default:
            one.pass(pick(1'500));
        }
      one.expect_sound();
      if (HasFailure())
        return;
    }
}

} // namespace

} // namespace callboard::test
