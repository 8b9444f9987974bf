#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <callboard/date_time.hpp>

#include "core/schedules/schedule_check.hpp"
#include "core/schedules/schedule_rules.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::live_schedule;

const system_time start = *parse_instant("2026-03-01T00:00:00Z");

schedule_definition every(std::chrono::milliseconds interval) {
  schedule_definition made;
  made.name = "job";
  made.agent_id.bytes[0] = 1;
  made.interval = interval;
  made.payload = json_text::from_valid("{}");
  return made;
}

schedule_definition at(std::string schedule) {
  auto made = every(1s);
  made.interval.reset();
  made.schedule = std::move(schedule);
  return made;
}

live_schedule make(schedule_definition what, system_time now = start) {
  auto made = core::make_schedule(std::move(what), "default", uuid{}, now);
  if (!made)
    throw std::invalid_argument{made.error().message};
  return *std::move(made);
}

job_ptr ended_run(job_state state) {
  auto made = std::make_shared<job>();
  made->spec = std::make_shared<const job_spec>();
  made->state = state;
  return made;
}

/// What became of a due time, in one word.
std::string fate(const live_schedule& before, const core::schedule_step& step) {
  if (step.start)
    return step.cancels_runs ? "replace" : "start";
  if (step.next.record->skipped_count > before.record->skipped_count)
    return "skip";
  return step.next.record->waiting_for ? "wait" : "nothing";
}

TEST(ScheduleRules, FirstRunOfAnIntervalIsOneIntervalAfterCreation) {
  const auto job = make(every(90s));

  EXPECT_EQ(job.record->next_run_at, start + 90s);
  EXPECT_EQ(job.record->status, schedule_status::active);
  EXPECT_EQ(job.record->version, 1u);
}

TEST(ScheduleRules, FaultsAreFoundAllAtOnce) {
  // Of an interval that must not be there it was said as well how large it may be.
  auto wrong = every(99ms);
  wrong.name = " job";
  wrong.payload = json_text::from_valid("[]");
  wrong.timezone = "Mars/Olympus";
  wrong.schedule = "61 * * * *";
  wrong.time_limit = 0ms;
  wrong.retry = retry_policy{.retries_max = 101, .delay = -1ms, .delay_max = 25h, .jitter = 2};
  std::string fields;
  for (const auto& fault : find_faults(wrong))
    fields += fault.field + ' ';

  EXPECT_EQ(fields,
            "/name /payload /interval /schedule /timezone /retryPolicy/maxRetries "
            "/retryPolicy/initialDelayMs /retryPolicy/maxDelayMs /retryPolicy/jitter /timeoutMs ");
  EXPECT_TRUE(find_faults(every(100ms)).empty());
}

TEST(ScheduleRules, NamesAreCountedInCharacters) {
  auto what = every(1s);
  const std::pair<std::string, bool> rows[] = {{"", false},
                                               {" a", false},
                                               {"a\n", false},
                                               {"a b", true},
                                               {std::string(255, 'x'), true},
                                               {std::string(256, 'x'), false},
                                               {std::string("a\0b", 3), false}};
  for (const auto& [name, is_fine] : rows) {
    what.name = name;
    EXPECT_EQ(find_faults(what).empty(), is_fine) << name;
  }
  what.name.clear();
  for (int i = 0; i < 255; ++i)
    what.name += "é";
  EXPECT_TRUE(find_faults(what).empty());
}

TEST(ScheduleRules, DateInThePastIsRefused) {
  EXPECT_EQ(core::make_schedule(at("2026-02-28T23:59:59Z"), "default", uuid{}, start).error(),
            fail({{"/schedule", "must not be in the past"}}).value());
  EXPECT_EQ(make(at("2026-03-01T00:00:00.001Z")).record->next_run_at, start + 1ms);
}

TEST(ScheduleRules, DateThatUtcShowsInTheYear10000IsRefused) {
  auto what = at("9999-12-31T23:30:00");
  EXPECT_EQ(make(what).record->next_run_at, *parse_instant("9999-12-31T23:30:00Z"));
  what.timezone = "America/New_York";

  EXPECT_EQ(core::make_schedule(what, "default", uuid{}, start).error(),
            fail({{"/schedule", "must be before the year 10000 in UTC"}}).value());
}

TEST(ScheduleRules, OverlapDecidesWhatBecomesOfADueTime) {
  struct row {
    overlap_policy overlap;
    std::size_t runs;
    bool has_waiting;
    const char* fate;
  };
  using enum overlap_policy;
  constexpr row rows[]
    = {{skip, 0, false, "start"},  {skip, 1, false, "skip"},    {queue, 0, false, "start"},
       {queue, 1, false, "wait"},  {queue, 1, true, "skip"},    {allow, 0, false, "start"},
       {allow, 3, false, "start"}, {cancel, 0, false, "start"}, {cancel, 2, false, "replace"},
       {skip, 0, true, "skip"},    {cancel, 1, true, "replace"}};
  for (const auto& one : rows) {
    auto what = every(1s);
    what.overlap = one.overlap;
    auto job = make(what);
    if (one.has_waiting) {
      auto waiting = std::make_shared<scheduled_job>(*job.record);
      waiting->waiting_for = start;
      job.record = waiting;
    }

    const auto step = core::on_due(job, one.runs, start + 1s);

    EXPECT_EQ(fate(job, step), one.fate) << to_string(one.overlap) << one.runs << one.has_waiting;
    EXPECT_EQ(step.next.record->next_run_at, start + 2s);
    EXPECT_EQ(step.next.record->version, 1u);
    EXPECT_EQ(step.next.record->run_count, step.start ? 1u : 0u);
  }
}

TEST(ScheduleRules, QueuedRunStartsWhenTheOneBeforeItIsOver) {
  auto what = every(1s);
  what.overlap = overlap_policy::queue;
  auto job = core::on_due(make(what), 1, start + 1s).next;

  EXPECT_FALSE(core::start_waiting(job, 1, start + 1500ms).start);
  const auto step = core::start_waiting(job, 0, start + 1500ms);

  ASSERT_TRUE(step.start);
  EXPECT_EQ(step.start->scheduled_at, start + 1s);
  EXPECT_EQ(step.start->trigger, run_trigger::schedule);
  EXPECT_FALSE(step.next.record->waiting_for);
}

/// The scheduled times of the runs that are made up, one after another.
std::vector<system_time> catch_up(live_schedule job, system_time now) {
  std::vector<system_time> times;
  for (;;) {
    auto step = core::start_waiting(job, 0, now);
    if (!step.start)
      return times;
    EXPECT_EQ(step.start->trigger, run_trigger::missed);
    times.push_back(step.start->scheduled_at);
    job = std::move(step.next);
  }
}

TEST(ScheduleRules, WhatCameDueWhileDownFollowsTheMissedPolicy) {
  const auto up = start + 3500s;
  struct row {
    missed_policy policy;
    std::vector<system_time> times;
  };
  const row rows[] = {{missed_policy::skip, {}},
                      {missed_policy::once, {start + 3000s}},
                      {missed_policy::all, {start + 1000s, start + 2000s, start + 3000s}}};
  for (const auto& one : rows)
    for (auto what : {every(1000s), at("@every 1000s")}) {
      what.missed = one.policy;

      const auto job = core::restore_schedule(make(what).record, up);

      EXPECT_EQ(job.record->missed_count, 3u);
      EXPECT_EQ(job.record->next_run_at, start + 4000s);
      EXPECT_EQ(catch_up(job, up), one.times) << to_string(one.policy);
    }
}

TEST(ScheduleRules, AtMostAThousandMissedRunsAreMadeUpTheLastOnes) {
  auto what = every(1s);
  what.missed = missed_policy::all;
  const auto up = start + 100'000s;

  const auto grid = core::restore_schedule(make(what).record, up);
  const auto times = catch_up(grid, up);

  EXPECT_EQ(grid.record->missed_count, 100'000u);
  ASSERT_EQ(times.size(), catch_up_runs_max);
  EXPECT_EQ(times.front(), up - 999s);
  EXPECT_EQ(times.back(), up);

  auto cron = at("*/20 * * * * *");
  cron.missed = missed_policy::all;
  const auto cron_times = catch_up(core::restore_schedule(make(cron).record, up), up);
  ASSERT_EQ(cron_times.size(), catch_up_runs_max);
  EXPECT_EQ(cron_times.back(), start + 100'000s);
}

TEST(ScheduleRules, NothingThatIsDueAfterTheStartIsMissed) {
  const auto job = make(every(10s));

  const auto restored = core::restore_schedule(job.record, start + 9s);

  EXPECT_EQ(restored.record, job.record);
}

TEST(ScheduleRules, DatedJobEndsWithItsRun) {
  const auto job = make(at("2026-03-01T00:00:10Z"));

  const auto step = core::on_due(job, 0, start + 10s);

  EXPECT_TRUE(step.start);
  EXPECT_EQ(step.next.record->status, schedule_status::completed);
  EXPECT_EQ(step.next.record->version, 2u);
  EXPECT_FALSE(step.next.record->next_run_at);
}

TEST(ScheduleRules, DatedJobThatWasMissedIsCompleted) {
  for (const auto policy : {missed_policy::skip, missed_policy::once}) {
    auto what = at("2026-03-01T00:00:10Z");
    what.missed = policy;

    const auto job = core::restore_schedule(make(what).record, start + 60s);

    EXPECT_EQ(job.record->status, schedule_status::completed);
    EXPECT_EQ(job.record->missed_count, 1u);
    EXPECT_EQ(catch_up(job, start + 60s).size(), policy == missed_policy::once ? 1u : 0u);
  }
}

TEST(ScheduleRules, TimeThatIsHandledMuchTooLateWasMissed) {
  const auto job = make(every(60s));

  EXPECT_TRUE(core::on_due(job, 0, start + 70s).start);
  const auto late = core::on_due(job, 0, start + 130s);

  EXPECT_FALSE(late.start);
  EXPECT_EQ(late.next.record->missed_count, 2u);
  EXPECT_EQ(late.next.record->next_run_at, start + 180s);
}

TEST(ScheduleRules, FailuresAreCountedWhenRunsEnd) {
  auto job = make(every(1s));
  for (const auto state :
       {job_state::completed, job_state::failed, job_state::timeout, job_state::canceled})
    job = core::on_run_ended(job, ended_run(state));

  EXPECT_EQ(job.record->failure_count, 2u);
  EXPECT_EQ(job.record->last_run->state, job_state::canceled);
}

TEST(ScheduleRules, RunWithoutRoomWaitsAndIsNotCounted) {
  const auto job = make(every(1s));

  const auto waiting = core::postpone(job, core::on_due(job, 0, start + 1s));

  EXPECT_EQ(waiting.record->run_count, 0u);
  EXPECT_FALSE(waiting.record->last_run_at);
  EXPECT_EQ(core::start_waiting(waiting, 0, start + 3s).start->scheduled_at, start + 1s);
}

TEST(ScheduleRules, MadeUpRunWithoutRoomIsTriedAgain) {
  auto what = every(1000s);
  what.missed = missed_policy::all;
  const auto up = start + 2500s;
  const auto job = core::restore_schedule(make(what).record, up);
  const auto first = core::start_waiting(job, 0, up);

  const auto again = core::postpone(job, first);

  EXPECT_EQ(catch_up(again, up), (std::vector{start + 1000s, start + 2000s}));
  const auto last = core::start_waiting(first.next, 0, up);
  EXPECT_EQ(catch_up(core::postpone(first.next, last), up), std::vector{start + 2000s});
}

live_schedule changed(const live_schedule& job, system_time now,
                      const std::function<void(schedule_definition&)>& change) {
  auto what = *job.record->definition;
  change(what);
  auto made = core::edit(job, what, now);
  if (!made)
    throw std::invalid_argument{made.error().message};
  return *std::move(made);
}

TEST(ScheduleRules, ChangeOfTheTimingComputesTheNextRunAnew) {
  const auto job = make(every(1000s));

  const auto sooner = changed(job, start + 10s, [](auto& what) { what.interval = 5s; });
  EXPECT_EQ(sooner.record->next_run_at, start + 15s);
  EXPECT_EQ(sooner.record->version, 2u);
  EXPECT_EQ(sooner.record->updated_at, start + 10s);

  const auto cron = changed(sooner, start + 11s, [](auto& what) {
    what.interval.reset();
    what.schedule = "0 12 * * *";
  });
  EXPECT_EQ(cron.record->next_run_at, start + 12h);
  const auto elsewhere
    = changed(cron, start + 12s, [](auto& what) { what.timezone = "Asia/Tokyo"; });
  EXPECT_EQ(elsewhere.record->next_run_at, start + 3h);
}

TEST(ScheduleRules, OtherChangesLeaveTheNextRun) {
  const auto job = make(every(1000s));

  const auto renamed = changed(job, start + 10s, [](auto& what) { what.name = "other"; });

  EXPECT_EQ(renamed.record->next_run_at, job.record->next_run_at);
  EXPECT_EQ(renamed.record->version, 2u);
  EXPECT_EQ(changed(renamed, start + 11s, [](auto&) {}).record, renamed.record);
}

TEST(ScheduleRules, IntervalThatIsResumedKeepsItsGrid) {
  const auto off
    = changed(make(every(100s)), start + 150s, [](auto& what) { what.is_enabled = false; });
  EXPECT_EQ(off.record->status, schedule_status::paused);
  EXPECT_FALSE(off.record->next_run_at);

  const auto on = changed(off, start + 420s, [](auto& what) { what.is_enabled = true; });

  EXPECT_EQ(on.record->next_run_at, start + 500s);
  EXPECT_EQ(on.record->missed_count, 3u);
  EXPECT_EQ(on.record->status, schedule_status::active);
  EXPECT_EQ(on.record->version, 3u);
}

TEST(ScheduleRules, CompletedJobWithANewTimeIsActiveAgain) {
  const auto over = core::on_due(make(at("2026-03-01T00:00:10Z")), 0, start + 10s).next;

  const auto again
    = changed(over, start + 20s, [](auto& what) { what.schedule = "2026-03-01T00:01:00Z"; });

  EXPECT_EQ(again.record->status, schedule_status::active);
  EXPECT_EQ(again.record->next_run_at, start + 60s);
  EXPECT_EQ(again.record->version, 3u);
  const auto renamed = changed(over, start + 20s, [](auto& what) { what.name = "other"; });
  EXPECT_EQ(renamed.record->status, schedule_status::completed);
}

TEST(ScheduleRules, IntervalGoesOnWhenTheClockIsSetBack) {
  const auto job = core::on_due(make(every(10s), start + 1h), 0, start + 1h + 10s).next;

  const auto back = core::on_clock_set_back(job, 30min, start + 30min + 15s);
  EXPECT_LE(*back.record->next_run_at, start + 30min + 25s);
  EXPECT_GT(*back.record->next_run_at, start + 30min + 15s);

  const auto cron = make(at("0 * * * *"), start + 90min);
  EXPECT_EQ(core::on_clock_set_back(cron, 1h, start + 30min).record, cron.record);
  EXPECT_EQ(core::on_clock_set_back(cron, 24h, start + 90min - 24h).record->next_run_at,
            start + 2h - 24h);
}

TEST(ScheduleRules, YearOfADailyJobHasEachRunOnceInTenZones) {
  for (const auto* zone : {"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe",
                           "America/St_Johns", "Asia/Kathmandu", "Africa/Casablanca",
                           "America/Sao_Paulo", "Pacific/Chatham", "Asia/Tehran"}) {
    auto what = at("30 2 * * *");
    what.timezone = zone;
    auto job = make(what);
    std::size_t count = 0;
    while (*job.record->next_run_at < start + 24h * 365) {
      auto step = core::on_due(job, 0, *job.record->next_run_at);
      ASSERT_TRUE(step.start);
      job = std::move(step.next);
      ++count;
    }

    EXPECT_EQ(count, 365u) << zone;
    EXPECT_EQ(job.record->missed_count + job.record->skipped_count, 0u) << zone;
  }
}

} // namespace

} // namespace callboard::test
