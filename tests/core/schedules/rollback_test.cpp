#include <gtest/gtest.h>

#include <utility>

#include <callboard/date_time.hpp>

#include "core/schedules/rollback.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::live_schedule;

const system_time start = *parse_instant("2026-03-01T00:00:00Z");

live_schedule make() {
  schedule_definition what;
  what.name = "job";
  what.agent_id.bytes[0] = 1;
  what.interval = 10s;
  what.payload = json_text::from_valid("{}");
  what.overlap = overlap_policy::queue;
  return core::make_schedule(what, "default", uuid{}, start).value();
}

live_schedule edited(const live_schedule& job, system_time now, auto change) {
  auto what = *job.record->definition;
  change(what);
  return core::edit(job, what, now).value();
}

job_ptr ended_run() {
  auto made = std::make_shared<job>();
  made->spec = std::make_shared<const job_spec>();
  made->state = job_state::failed;
  return made;
}

void expect_same_state(const scheduled_job& left, const scheduled_job& right) {
  EXPECT_EQ(*left.definition, *right.definition);
  EXPECT_EQ(left.status, right.status);
  EXPECT_GT(left.version, right.version) << "a version that was seen is not used again";
  EXPECT_EQ(left.updated_at, right.updated_at);
  EXPECT_EQ(left.grid_start, right.grid_start);
  EXPECT_EQ(left.next_run_at, right.next_run_at);
  EXPECT_EQ(left.paused_at, right.paused_at);
  EXPECT_EQ(left.waiting_for, right.waiting_for);
  EXPECT_EQ(left.catch_up, right.catch_up);
  EXPECT_EQ(left.skipped_count, right.skipped_count);
  EXPECT_EQ(left.missed_count, right.missed_count);
}

TEST(ScheduleRollback, EditIsTakenBackWhole) {
  const auto before = make();
  const auto changed = edited(before, start + 3s, [](auto& what) {
    what.name = "other";
    what.interval = 1h;
  });

  const auto undone = core::roll_back_edit(before, changed, changed, start + 60s);

  expect_same_state(*undone.record, *before.record);
  EXPECT_EQ(undone.when, before.when);
}

TEST(ScheduleRollback, PauseIsTakenBackWithWhatWaited) {
  auto before = make();
  before = core::on_due(before, 1, start + 10s).next;
  ASSERT_TRUE(before.record->waiting_for);
  const auto changed = edited(before, start + 11s, [](auto& what) { what.is_enabled = false; });
  ASSERT_EQ(changed.record->skipped_count, 1u);

  expect_same_state(*core::roll_back_edit(before, changed, changed, start + 60s).record,
                    *before.record);
}

TEST(ScheduleRollback, ResumeIsTakenBackWithWhatWasMissed) {
  auto before = make();
  before = edited(before, start + 1s, [](auto& what) {
    what.is_enabled = false;
    what.missed = missed_policy::all;
  });
  const auto changed = edited(before, start + 60s, [](auto& what) { what.is_enabled = true; });
  ASSERT_GT(changed.record->missed_count, 0u);
  ASSERT_FALSE(changed.record->catch_up.empty());

  expect_same_state(*core::roll_back_edit(before, changed, changed, start + 60s).record,
                    *before.record);
}

TEST(ScheduleRollback, RunsThatEndedSinceAnEditStayCounted) {
  const auto before = make();
  const auto changed = edited(before, start + 3s, [](auto& what) { what.name = "other"; });
  const auto run = ended_run();
  auto now = core::on_due(changed, 0, start + 10s).next;
  now = core::on_run_ended(now, run);

  const auto undone = core::roll_back_edit(before, changed, now, start + 11s);

  EXPECT_EQ(undone.record->definition->name, "job");
  EXPECT_EQ(undone.record->run_count, 1u);
  EXPECT_EQ(undone.record->failure_count, 1u);
  EXPECT_EQ(undone.record->last_run, run);
  EXPECT_EQ(undone.record->next_run_at, start + 20s);
}

TEST(ScheduleRollback, DateThatHasFiredSinceAnEditDoesNotComeBack) {
  auto before = make();
  before = edited(before, start, [](auto& what) {
    what.interval.reset();
    what.schedule = "2026-03-01T00:01:00Z";
  });
  const auto changed = edited(before, start + 59s, [](auto& what) { what.name = "other"; });
  const auto now = core::on_due(changed, 0, start + 60s).next;
  ASSERT_EQ(now.record->status, schedule_status::completed);

  const auto undone = core::roll_back_edit(before, changed, now, start + 61s);

  EXPECT_EQ(undone.record->definition->name, "job");
  EXPECT_EQ(undone.record->status, schedule_status::completed);
  EXPECT_EQ(undone.record->next_run_at, std::nullopt);
  EXPECT_GT(undone.record->version, before.record->version);
}

TEST(ScheduleRollback, StartIsTakenBack) {
  const auto before = core::start_manual(make(), start + 1s).next;
  const auto started = core::start_manual(before, start + 2s).next;

  const auto undone = core::roll_back_start(before, started, {});

  EXPECT_EQ(undone.record->run_count, 1u);
  EXPECT_EQ(undone.record->last_run_at, start + 1s);
}

TEST(ScheduleRollback, StartOfARunThatHasFailedMeanwhileLeavesNothing) {
  const auto before = make();
  const auto run = ended_run();
  auto held = core::start_manual(before, start + 2s).next;
  held = core::on_run_ended(held, run);
  ASSERT_EQ(held.record->failure_count, 1u);

  const auto undone = core::roll_back_start(before, held, run->spec->id);

  EXPECT_EQ(undone.record->failure_count, 0u);
  EXPECT_EQ(undone.record->last_run, nullptr);
  EXPECT_EQ(undone.record->run_count, 0u);
}

TEST(ScheduleRollback, DueTimeThatIsNotHandledYetOutlivesAnEditOfTheName) {
  const auto before = make();
  const auto changed = edited(before, start + 3s, [](auto& what) { what.name = "other"; });
  const auto fired = core::on_due(changed, 0, start + 10s).next;

  const auto undone = core::roll_back_edit(before, changed, fired, start + 25s);

  EXPECT_EQ(undone.record->next_run_at, start + 20s);
}

TEST(ScheduleRollback, StartIsTakenBackUnderALaterOne) {
  const auto before = make();
  const auto started = core::start_manual(before, start + 2s).next;
  const auto later = core::start_manual(started, start + 3s).next;

  const auto undone = core::roll_back_start(before, later, {});

  EXPECT_EQ(undone.record->run_count, 1u);
  EXPECT_EQ(undone.record->last_run_at, start + 3s);
}

} // namespace

} // namespace callboard::test
