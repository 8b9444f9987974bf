#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

constexpr system_time begin{1'800'000'000'000ms};

/// Scheduled jobs with a store that keeps what it has acknowledged.
class ScheduleRestart : public schedule_test {
protected:
  void SetUp() override {
    is_durable = true;
  }

  /// A job that a store kept: an interval of 10 s, due so long after the start.
  scheduled_job_ptr stored(missed_policy missed, std::chrono::milliseconds due) {
    auto made = std::make_shared<scheduled_job>();
    made->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    made->organisation = "default";
    auto what = every(10s);
    what.missed = missed;
    made->definition = std::make_shared<const schedule_definition>(what);
    made->created_at = made->updated_at = made->grid_start = begin + due - 10s;
    made->next_run_at = begin + due;
    return made;
  }

  /// A run of it that is live in the store.
  job_ptr stored_run(const scheduled_job_ptr& of) {
    auto spec = std::make_shared<job_spec>();
    spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
    spec->kind = job_kind::run;
    spec->organisation = "default";
    spec->agent_id = info.id;
    spec->created_at = spec->due_at = begin - 10s;
    spec->expires_at = begin + 24h;
    spec->run = std::make_shared<const run_fields>(
      run_fields{of->id, run_trigger::schedule, of->definition->payload});
    auto made = std::make_shared<callboard::job>();
    made->spec = spec;
    made->version = 2;
    made->state = job_state::processing;
    task_record task;
    task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8059");
    task.kind = task_kind::run;
    task.state = task_state::running;
    task.created_at = spec->created_at;
    made->tasks.push_back(task);
    return made;
  }
};

TEST_F(ScheduleRestart, CreationIsAnsweredWhenItIsStored) {
  start();
  keeper.is_holding = true;
  outcome_slot<result<scheduled_job_ptr>> slot;
  jobs->schedules().create("default", every(10s), slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  release_batch({});

  EXPECT_EQ(slot.count, 1);
  EXPECT_TRUE(slot.value->has_value());
}

TEST_F(ScheduleRestart, CreationThatCannotBeStoredIsUndone) {
  start();
  keeper.fault = error{errc::io, "disk full"};

  EXPECT_EQ(make(every(10s)).error().code, errc::unavailable);
  keeper.fault.reset();
  advance(1s);

  EXPECT_TRUE(make(every(10s)));
}

TEST_F(ScheduleRestart, RunAndTheRecordThatCountsItAreStoredTogether) {
  start();
  const auto job = make(every(10s)).value();
  keeper.written.clear();
  advance(10s);
  runner->complete("done");
  run();
  advance(10ms);

  std::size_t batches_with_run = 0;
  for (const auto& batch : keeper.written)
    for (const auto& snapshot : batch->snapshots) {
      if (snapshot->version != 1 && !is_terminal(snapshot->state))
        continue;
      ++batches_with_run;
      ASSERT_TRUE(batch->schedules.contains(job->id));
      EXPECT_EQ(batch->schedules.at(job->id)->run_count, 1u);
    }
  EXPECT_GE(batches_with_run, 1u);
  EXPECT_EQ(keeper.written.back()->schedules.at(job->id)->last_run->state, job_state::completed);
}

TEST_F(ScheduleRestart, WhatCameDueWhileDownIsSkippedByDefault) {
  schedules = {stored(missed_policy::skip, -25s)};
  start();
  advance(1ms);

  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(now(schedules.front())->missed_count, 3u);
  EXPECT_EQ(now(schedules.front())->next_run_at, begin + 5s);
}

TEST_F(ScheduleRestart, OneRunIsMadeUpForAllMissedTimes) {
  schedules = {stored(missed_policy::once, -25s)};
  answer_at_once();
  start();
  advance(1ms);
  advance(1s);

  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->started.front()->job->spec->run->trigger, run_trigger::missed);
  EXPECT_EQ(runner->started.front()->job->spec->due_at, begin - 5s);
}

TEST_F(ScheduleRestart, EachMissedRunIsMadeUp) {
  schedules = {stored(missed_policy::all, -25s)};
  answer_at_once();
  start();
  advance(1ms);
  advance(1s);

  EXPECT_EQ(runner->started.size(), 3u);
  EXPECT_EQ(now(schedules.front())->run_count, 3u);
}

TEST_F(ScheduleRestart, RunThatWasGoingGoesOnAndCountsAsGoing) {
  schedules = {stored(missed_policy::skip, 5s)};
  live = {stored_run(schedules.front())};
  start();
  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->started.front()->id, live.front()->tasks.front().id);
  EXPECT_EQ(runner->started.front()->job->spec->run->schedule_name, "job");

  advance(5s);
  EXPECT_EQ(now(schedules.front())->skipped_count, 1u);
  runner->complete("after all");
  run();
  advance(10ms);

  EXPECT_EQ(now(schedules.front())->last_run->state, job_state::completed);
  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(ScheduleRestart, RunWhoseJobIsGoneIsCanceledAndForgotten) {
  live = {stored_run(stored(missed_policy::skip, 5s))};
  start();
  advance(10ms);

  EXPECT_EQ(health().live, 0u);
  std::vector<uuid> erased;
  for (const auto& batch : keeper.written)
    erased.insert(erased.end(), batch->erased.begin(), batch->erased.end());
  EXPECT_EQ(erased, std::vector{live.front()->spec->id});
}

TEST_F(ScheduleRestart, NothingFiresWhileTheStoreFails) {
  start();
  const auto job = make(every(10s)).value();
  keeper.fault = error{errc::io, "disk full"};
  refused();
  runner->started.clear();
  advance(10s);
  advance(1s);
  EXPECT_TRUE(runner->started.empty());

  keeper.fault.reset();
  advance(1s);
  advance(1s);

  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(now(job)->run_count, 1u);
}

TEST_F(ScheduleRestart, DrainStoresTheRecordsAndFiresNoMore) {
  start();
  const auto job = make(every(10s)).value();
  advance(10s);
  begin_drain(30s);
  run();
  EXPECT_EQ(drained, 0);

  advance(10s);
  EXPECT_EQ(runner->started.size(), 1u);
  runner->complete("done");
  run();
  advance(10ms);

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(keeper.written.back()->schedules.at(job->id)->last_run->state, job_state::completed);
}

} // namespace

} // namespace callboard::actors::test
