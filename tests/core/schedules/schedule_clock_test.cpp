#include "core/schedules/clock_correction.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/date_time.hpp>

// Scheduled jobs that a wrong clock has written: what their next time is at a start with the right one.

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::live_schedule;
using ms = std::chrono::milliseconds;

const system_time now = *parse_instant("2026-03-01T09:58:30Z");

constexpr ms ahead[] = {1ms, 1h, 2h, 24h, 24h * 365 * 4};

schedule_definition plain(std::string schedule, std::optional<ms> interval = std::nullopt) {
  schedule_definition what;
  what.name = "job";
  what.agent_id.bytes[0] = 1;
  what.schedule = std::move(schedule);
  what.interval = interval;
  what.payload = json_text::from_valid("{}");
  return what;
}

live_schedule made_at(schedule_definition what, system_time when) {
  return core::make_schedule(std::move(what), "default", uuid{}, when).value();
}

struct next_case {
  std::string_view name;
  std::string schedule;
  std::optional<ms> interval;
  /// The next time from `now`, if the clock was ahead by hours at the least.
  std::string next;
};

const next_case next_cases[] = {
  {"interval of a second", "", 1s, "2026-03-01T09:58:31Z"},
  {"interval of an hour", "", 1h, "2026-03-01T10:58:30Z"},
  {"@every", "@every 90s", {}, "2026-03-01T10:00:00Z"},
  {"each minute", "* * * * *", {}, "2026-03-01T09:59:00Z"},
  {"each second", "* * * * * *", {}, "2026-03-01T09:58:31Z"},
  {"hourly", "@hourly", {}, "2026-03-01T10:00:00Z"},
};

} // namespace

// The next run came when the wrong clock had shown it: tomorrow, or in four years.
TEST(ScheduleClock, NextTimeIsTheOneThatTheScheduleGivesFromNow) {
  for (const auto& one : next_cases)
    for (const auto by : {ms{2h}, ms{24h}, ms{24h * 365 * 4}}) {
      SCOPED_TRACE(std::string{one.name} + " by " + std::to_string(by.count()));
      const auto kept = made_at(plain(one.schedule, one.interval), now + by);

      const auto made = core::correct_times(kept, now);

      EXPECT_TRUE(made.is_next_new);
      EXPECT_EQ(to_rfc3339(*made.job.record->next_run_at), to_rfc3339(*parse_instant(one.next)));
      EXPECT_EQ(core::next_due(*made.job.when, now), made.job.record->next_run_at);
      EXPECT_EQ(made.job.record->version, kept.record->version) << "runs do not count";
      EXPECT_EQ(made.job.record->status, schedule_status::active);
    }
}

TEST(ScheduleClock, DailyAndYearlyTimesAreThoseFromNow) {
  for (const auto& [schedule, next] : {std::pair{"0 10 * * *", "2026-03-01T10:00:00Z"},
                                       std::pair{"0 9 * * *", "2026-03-02T09:00:00Z"},
                                       std::pair{"@yearly", "2027-01-01T00:00:00Z"},
                                       std::pair{"0 12 1 4 *", "2026-04-01T12:00:00Z"}}) {
    const auto kept = made_at(plain(schedule), now + 24h * 365 * 4);

    const auto made = core::correct_times(kept, now);

    EXPECT_TRUE(made.is_next_new);
    EXPECT_EQ(to_rfc3339(*made.job.record->next_run_at), to_rfc3339(*parse_instant(next)))
      << schedule;
  }
}

TEST(ScheduleClock, IntervalWhoseGridIsAheadBeginsNow) {
  for (const auto by : ahead) {
    const auto made = core::correct_times(made_at(plain("", 10s), now + by), now);

    EXPECT_EQ(made.job.record->grid_start, now) << by.count();
    EXPECT_EQ(made.job.record->next_run_at, now + 10s) << by.count();
  }
}

TEST(ScheduleClock, IntervalThatFiredUnderTheWrongClockKeepsItsGrid) {
  auto record = *made_at(plain("", 10s), now - 5s).record;
  record.next_run_at = now + 24h + 5s;
  const live_schedule kept{std::make_shared<const scheduled_job>(record),
                           made_at(plain("", 10s), now - 5s).when};

  const auto made = core::correct_times(kept, now);

  EXPECT_EQ(made.job.record->next_run_at, now + 5s);
  EXPECT_EQ(made.job.record->grid_start, now - 5s);
}

TEST(ScheduleClock, PausedIntervalGoesOnFromNowOn) {
  auto what = plain("", 10s);
  what.is_enabled = false;
  const auto made = core::correct_times(made_at(what, now + 24h), now);
  EXPECT_FALSE(made.is_next_new);
  EXPECT_EQ(made.job.record->status, schedule_status::paused);

  what.is_enabled = true;
  const auto resumed = core::edit(made.job, what, now + 1s).value();

  EXPECT_EQ(resumed.record->next_run_at, now + 10s);
}

TEST(ScheduleClock, DateIsItsCallersOwn) {
  const auto kept = made_at(plain("2029-12-24T18:00:00Z"), now + 24h);

  const auto made = core::correct_times(kept, now);

  EXPECT_FALSE(made.is_next_new);
  EXPECT_EQ(made.job.record, kept.record);
}

TEST(ScheduleClock, NothingIsMadeUpForTimesThatLieAhead) {
  auto record = *made_at(plain("* * * * *"), now - 1h).record;
  record.catch_up = {{now - 10min, now - 5min}, {now - 3min, now + 1h}, {now + 2h, now + 24h}};
  const live_schedule kept{std::make_shared<const scheduled_job>(record),
                           made_at(plain("* * * * *"), now - 1h).when};

  const auto made = core::correct_times(kept, now);

  EXPECT_EQ(made.job.record->catch_up,
            (std::vector<time_range>{{now - 10min, now - 5min}, {now - 3min, now}}));
}

TEST(ScheduleClock, JobsAsTheyShouldBeStay) {
  for (const auto& one : next_cases)
    for (const auto ago : {0ms, ms{1s}, ms{24h}}) {
      const auto kept
        = core::restore_schedule(made_at(plain(one.schedule, one.interval), now - ago).record, now);
      SCOPED_TRACE(one.name);

      const auto made = core::correct_times(kept, now);

      EXPECT_FALSE(made.is_next_new);
      EXPECT_EQ(made.job.record, kept.record);
    }
}

} // namespace callboard::test
