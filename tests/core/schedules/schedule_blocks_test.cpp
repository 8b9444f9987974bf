// Scheduled jobs whose time zone cannot be read.
//
// Symptom: a job in a zone that was gone at the start was `active` with no next run, not a word anywhere;
// once a run of it had ended, that was stored, and it never fired again, even with the zone back.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <callboard/date_time.hpp>

#include "core/schedules/rollback.hpp"
#include "core/schedules/schedule_check.hpp"
#include "core/schedules/schedule_rules.hpp"
#include "tests/support/zone_directory.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using core::live_schedule;

/// Midnight in New York.
const system_time start = *parse_instant("2026-01-10T05:00:00Z");
const std::string zone = "US/Eastern";
const std::vector<std::string> zone_missing = {"timezone US/Eastern is not available"};

schedule_definition definition(std::string schedule, missed_policy missed = missed_policy::skip) {
  schedule_definition made;
  made.name = "job";
  made.agent_id.bytes[0] = 1;
  made.schedule = std::move(schedule);
  made.payload = json_text::from_valid("{}");
  made.timezone = zone;
  made.missed = missed;
  return made;
}

/// An interval beside a zone that it does not need.
schedule_definition every(std::chrono::milliseconds interval) {
  auto made = definition({});
  made.interval = interval;
  return made;
}

std::string text(const std::optional<system_time>& time) {
  return time ? to_rfc3339(*time) : "none";
}

class ScheduleBlocks : public ::testing::Test {
protected:
  ScheduleBlocks() {
    bring_back();
    directory_.add("Europe/Berlin");
  }

  void lose() const {
    directory_.spoil(zone);
  }
  void bring_back() const {
    directory_.add(zone, "America/New_York");
  }

  live_schedule make(schedule_definition what) const {
    auto made = core::make_schedule(std::move(what), "default", uuid{}, start, zones_);
    if (!made)
      throw std::invalid_argument{made.error().message};
    return *std::move(made);
  }

  /// As an engine takes it up: from what the one before stored.
  live_schedule restart(const live_schedule& job, system_time now) const {
    return core::with_causes(core::restore_schedule(core::as_stored(job.record), now, zones_),
                             true);
  }

  /// As an engine that runs looks for the zone again.
  live_schedule look(const live_schedule& job, system_time now) const {
    auto freed = core::unblock(job, now, zones_);
    return core::with_causes(freed ? *std::move(freed) : job, true);
  }

  live_schedule edit(const live_schedule& job, const std::function<void(schedule_definition&)>& by,
                     system_time now) const {
    auto what = *job.record->definition;
    by(what);
    auto made = core::edit(job, what, now, zones_);
    if (!made)
      throw std::invalid_argument{made.error().message};
    return core::with_causes(*std::move(made), true);
  }

  tests::zone_directory directory_;
  core::zone_database zones_{directory_.path()};
};

TEST_F(ScheduleBlocks, OnlyWhatNeedsTheZoneIsBlocked) {
  struct row {
    const char* name;
    schedule_definition what;
    bool is_blocked;
  };
  auto in_utc = definition("0 6 * * *");
  in_utc.timezone = "UTC";
  const row rows[] = {{"cron", definition("0 6 * * *"), true},
                      {"cron with seconds", definition("* * * * * *"), true},
                      {"nickname", definition("@daily"), true},
                      {"date without offset", definition("2026-01-11T06:00:00"), true},
                      {"date with offset", definition("2026-01-11T06:00:00-05:00"), false},
                      {"date in UTC", definition("2026-01-11T06:00:00Z"), false},
                      {"interval", every(1h), false},
                      {"@every", definition("@every 1h"), false},
                      {"cron in UTC", in_utc, false}};
  for (const auto& one : rows) {
    SCOPED_TRACE(one.name);
    bring_back();
    const auto made = make(one.what);
    lose();

    const auto job = restart(made, start + 1min);

    EXPECT_EQ(job.when == nullptr, one.is_blocked);
    EXPECT_EQ(job.record->status, schedule_status::active);
    EXPECT_EQ(job.record->blocked_by, one.is_blocked ? zone_missing : std::vector<std::string>{});
    EXPECT_EQ(text(job.record->next_run_at),
              one.is_blocked ? "none" : text(made.record->next_run_at));
    EXPECT_EQ(job.record->version, made.record->version);
  }
}

/// What happens between the loss of a zone and its return.
using between = std::function<live_schedule(const live_schedule&)>;

TEST_F(ScheduleBlocks, WhatTheZoneBringsBackDoesNotDependOnWhatRanMeanwhile) {
  const auto run = std::make_shared<job>();
  run->spec = std::make_shared<const job_spec>();
  run->state = job_state::failed;
  struct row {
    const char* name;
    between then;
  };
  const row rows[] = {
    {"nothing", [](const auto& job) { return job; }},
    {"a run ended", [&](const auto& job) { return core::on_run_ended(job, run); }},
    {"a manual run",
     [&](const auto& job) {
       return core::on_run_ended(core::start_manual(job, start + 90min).next, run);
     }},
    {"it was looked at", [](const auto& job) { return core::on_due(job, 0, start + 90min).next; }},
    {"a look for the zone", [&](const auto& job) { return look(job, start + 90min); }},
    {"a restart", [&](const auto& job) { return restart(job, start + 90min); }},
    {"a run ended, and a restart",
     [&](const auto& job) { return restart(core::on_run_ended(job, run), start + 90min); }},
    {"another name",
     [&](const auto& job) {
       return edit(
         job, [](auto& what) { what.name = "other"; }, start + 90min);
     }},
    {"a pause",
     [&](const auto& job) {
       const auto paused = edit(
         job, [](auto& what) { what.is_enabled = false; }, start + 80min);
       return edit(
         paused, [](auto& what) { what.is_enabled = true; }, start + 90min);
     }},
    {"a pause over a restart",
     [&](const auto& job) {
       const auto paused = edit(
         job, [](auto& what) { what.is_enabled = false; }, start + 80min);
       return edit(
         restart(paused, start + 85min), [](auto& what) { what.is_enabled = true; }, start + 90min);
     }},
    {"the clock was set back",
     [](const auto& job) { return core::on_clock_set_back(job, 1h, start + 30min); }}};
  for (const auto& one : rows)
    for (const auto is_restarted : {false, true}) {
      SCOPED_TRACE(one.name);
      bring_back();
      auto job = make(definition("0 * * * *", missed_policy::all)); // each hour
      lose();
      job = one.then(restart(job, start + 1min));
      ASSERT_EQ(text(job.record->next_run_at), "none");
      ASSERT_EQ(job.record->blocked_by, zone_missing);
      bring_back();

      const auto back = is_restarted ? restart(job, start + 210min) : look(job, start + 210min);

      EXPECT_EQ(text(back.record->next_run_at), text(start + 4h));
      EXPECT_EQ(back.record->missed_count, 3u);
      EXPECT_EQ(back.record->catch_up, (std::vector{time_range{start + 1h - 1ms, start + 3h}}));
      EXPECT_TRUE(back.record->blocked_by.empty());
      EXPECT_EQ(back.record->status, schedule_status::active);
    }
}

TEST_F(ScheduleBlocks, TimesThatPassedAreMissedByThePolicy) {
  struct row {
    const char* schedule;
    missed_policy missed;
    std::uint64_t missed_count;
    std::size_t ranges;
    const char* next;
    schedule_status status;
  };
  using enum missed_policy;
  using enum schedule_status;
  const row rows[] = {{"0 * * * *", skip, 3, 0, "2026-01-10T09:00:00.000Z", active},
                      {"0 * * * *", once, 3, 1, "2026-01-10T09:00:00.000Z", active},
                      {"0 * * * *", all, 3, 1, "2026-01-10T09:00:00.000Z", active},
                      {"0 6 * * *", all, 0, 0, "2026-01-10T11:00:00.000Z", active},
                      {"2026-01-10T02:00:00", skip, 1, 0, "none", completed},
                      {"2026-01-10T02:00:00", once, 1, 1, "none", completed},
                      {"2026-01-10T06:00:00", once, 0, 0, "2026-01-10T11:00:00.000Z", active}};
  for (const auto& one : rows) {
    SCOPED_TRACE(one.schedule);
    bring_back();
    auto job = make(definition(one.schedule, one.missed));
    lose();
    job = restart(job, start + 1min);
    bring_back();

    const auto back = look(job, start + 210min);

    EXPECT_EQ(back.record->missed_count, one.missed_count);
    EXPECT_EQ(back.record->catch_up.size(), one.ranges);
    EXPECT_EQ(text(back.record->next_run_at), one.next);
    EXPECT_EQ(back.record->status, one.status);
  }
}

TEST_F(ScheduleBlocks, EditsOfABlockedJobWork) {
  struct row {
    const char* name;
    std::function<void(schedule_definition&)> by;
    /// Null: it stays blocked.
    const char* next;
  };
  const row rows[] = {
    {"name", [](auto& what) { what.name = "other"; }, nullptr},
    {"payload", [](auto& what) { what.payload = json_text::from_valid(R"({"a":1})"); }, nullptr},
    {"another expression", [](auto& what) { what.schedule = "30 * * * *"; }, nullptr},
    {"a date without offset", [](auto& what) { what.schedule = "2026-01-11T06:00:00"; }, nullptr},
    {"a zone that is there", [](auto& what) { what.timezone = "Europe/Berlin"; },
     "2026-01-11T05:00:00.000Z"},
    {"UTC", [](auto& what) { what.timezone = "UTC"; }, "2026-01-11T06:00:00.000Z"},
    {"an interval",
     [](auto& what) {
       what.schedule.clear();
       what.interval = 1h;
     },
     "2026-01-10T08:00:00.000Z"},
    {"@every", [](auto& what) { what.schedule = "@every 2h"; }, "2026-01-10T09:00:00.000Z"},
    {"a date with offset", [](auto& what) { what.schedule = "2026-01-11T06:00:00-05:00"; },
     "2026-01-11T11:00:00.000Z"}};
  for (const auto& one : rows) {
    SCOPED_TRACE(one.name);
    bring_back();
    auto job = make(definition("0 6 * * *"));
    lose();
    job = restart(job, start + 1min);

    const auto edited = edit(job, one.by, start + 2h);

    EXPECT_EQ(text(edited.record->next_run_at), one.next ? one.next : "none");
    EXPECT_EQ(edited.record->blocked_by.empty(), one.next != nullptr);
    EXPECT_EQ(edited.record->version, 2u);
    EXPECT_EQ(edited.record->status, schedule_status::active);
  }
}

TEST_F(ScheduleBlocks, EditToAZoneThatIsNotThereIsRefused) {
  lose();
  auto what = every(1h);
  what.timezone = "Europe/Berlin";
  const auto job = make(what);
  what.timezone = zone;

  EXPECT_EQ(core::edit(job, what, start, zones_).error().code, errc::invalid_argument);
  EXPECT_EQ(core::make_schedule(what, "default", uuid{}, start, zones_).error().code,
            errc::invalid_argument);
}

TEST_F(ScheduleBlocks, PausedJobStaysPausedAndSaysWhatIsMissing) {
  auto job = make(definition("0 * * * *", missed_policy::all));
  job = edit(
    job, [](auto& what) { what.is_enabled = false; }, start + 30min);
  lose();
  job = restart(job, start + 40min);

  EXPECT_EQ(job.record->status, schedule_status::paused);
  EXPECT_EQ(job.record->blocked_by, zone_missing);
  bring_back();
  job = look(job, start + 100min);

  EXPECT_EQ(job.record->status, schedule_status::paused);
  EXPECT_TRUE(job.record->blocked_by.empty());
  job = edit(
    job, [](auto& what) { what.is_enabled = true; }, start + 130min);
  EXPECT_EQ(job.record->missed_count, 2u);
  EXPECT_EQ(text(job.record->next_run_at), text(start + 3h));
}

/// Symptom: a database that an engine without the zone had written has active jobs without a next time,
/// and they stayed so.
TEST_F(ScheduleBlocks, ActiveJobThatWasStoredWithoutItsNextTimeGoesOn) {
  const auto made = make(definition("0 * * * *", missed_policy::once));
  auto damaged = std::make_shared<scheduled_job>(*made.record);
  damaged->next_run_at.reset();
  damaged->last_run_at = start + 90min;

  const auto job = restart({damaged, made.when}, start + 210min);

  EXPECT_EQ(text(job.record->next_run_at), text(start + 4h));
  EXPECT_EQ(job.record->missed_count, 2u);
}

TEST_F(ScheduleBlocks, AllCausesAreSaid) {
  const auto made = make(definition("0 * * * *"));
  const auto id = made.record->definition->agent_id.to_string();
  lose();

  const auto job = core::with_causes(core::restore_schedule(made.record, start, zones_), false);

  EXPECT_EQ(job.record->blocked_by,
            (std::vector{zone_missing.front(), "agent " + id + " is not configured"}));
}

TEST_F(ScheduleBlocks, CompletedJobIsNotBlocked) {
  auto job = make(definition("2026-01-10T02:00:00"));
  job = core::on_due(job, 0, start + 2h).next;
  ASSERT_EQ(job.record->status, schedule_status::completed);
  lose();

  const auto kept
    = core::with_causes(core::restore_schedule(job.record, start + 3h, zones_), false);

  EXPECT_TRUE(kept.record->blocked_by.empty());
  EXPECT_EQ(kept.record->status, schedule_status::completed);
}

TEST_F(ScheduleBlocks, ScheduleThatCannotBeReadBlocksAndIsKept) {
  const auto made = make(definition("0 * * * *"));
  auto what = *made.record->definition;
  what.schedule = "every now and then";
  auto strange = std::make_shared<scheduled_job>(*made.record);
  strange->definition = std::make_shared<const schedule_definition>(what);

  const auto job = restart({strange, nullptr}, start + 2h);

  EXPECT_EQ(job.record->blocked_by, std::vector<std::string>{"schedule cannot be read"});
  EXPECT_EQ(core::as_stored(job.record)->next_run_at, made.record->next_run_at);
}

TEST_F(ScheduleBlocks, PauseThatCannotBeStoredIsTakenBack) {
  auto job = make(definition("0 * * * *"));
  lose();
  job = restart(job, start + 1min);
  const auto paused = edit(
    job, [](auto& what) { what.is_enabled = false; }, start + 2h);

  const auto undone = core::roll_back_edit(job, paused, paused, start + 2h);

  EXPECT_EQ(undone.record->status, schedule_status::active);
  EXPECT_EQ(undone.record->blocked_since, job.record->blocked_since);
  EXPECT_FALSE(undone.record->next_run_at);
}

TEST_F(ScheduleBlocks, ZoneThatIsBackOutlivesAnEditThatIsTakenBack) {
  auto job = make(definition("0 * * * *"));
  lose();
  job = restart(job, start + 1min);
  const auto renamed = edit(
    job, [](auto& what) { what.name = "other"; }, start + 2min);
  bring_back();
  const auto back = look(renamed, start + 3min);

  const auto undone = core::roll_back_edit(job, renamed, back, start + 4min);

  EXPECT_NE(undone.when, nullptr);
  EXPECT_EQ(text(undone.record->next_run_at), text(start + 1h));
}

} // namespace

} // namespace callboard::test
