#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

class Schedules : public schedule_test {};

TEST_F(Schedules, FireAtTheirTimesWithoutDrift) {
  start();
  answer_at_once();
  const auto job = make(every(1s)).value();

  advance(999ms);
  EXPECT_TRUE(runner->started.empty());
  advance(4ms); // a little late
  ASSERT_EQ(runner->started.size(), 1u);
  for (int i = 0; i < 599; ++i)
    advance(1s);

  EXPECT_EQ(runner->started.size(), 600u);
  const auto& last = *runner->started.back()->job->spec;
  EXPECT_EQ(last.due_at, job->created_at + 600s);
  EXPECT_EQ(now(job)->run_count, 600u);
  EXPECT_EQ(now(job)->next_run_at, job->created_at + 601s);
  EXPECT_EQ(now(job)->skipped_count, 0u);
}

TEST_F(Schedules, RunGoesToTheAgentWithWhatTheJobSays) {
  start();
  auto wanted = every(1s);
  wanted.time_limit = 5s;
  const auto job = make(wanted).value();

  advance(1s);

  ASSERT_EQ(runner->started.size(), 1u);
  const auto& task = *runner->started.front();
  EXPECT_EQ(task.kind, task_kind::run);
  EXPECT_EQ(*task.content, R"({"action":"clean"})");
  EXPECT_EQ(task.job->spec->run->schedule_id, job->id);
  EXPECT_EQ(task.job->spec->run->trigger, run_trigger::schedule);
  EXPECT_EQ(task.job->spec->run->payload, wanted.payload);
  EXPECT_EQ(task.deadline, job->created_at + 6s);
}

TEST_F(Schedules, YearOfADailyJobTakesMilliseconds) {
  start();
  answer_at_once();
  auto wanted = at("30 2 * * *");
  wanted.timezone = "Europe/Berlin";
  const auto job = make(wanted).value();

  auto due = *job->next_run_at;
  auto last = job->created_at;
  for (int day = 0; day < 365; ++day) {
    advance(due - last);
    last = due;
    due = *now(job)->next_run_at;
  }

  EXPECT_EQ(runner->started.size(), 365u);
  EXPECT_EQ(now(job)->missed_count, 0u);
}

TEST_F(Schedules, FailedAttemptsAreRetriedAndNoted) {
  std::vector<std::size_t> noted;
  on_failed_attempt
    = [&](const scheduled_job&, const callboard::job& run) { noted.push_back(run.tasks.size()); };
  options.run_retry = retry_policy{.retries_max = 2, .delay = 100ms, .delay_max = 1s};
  start();
  const auto job = make(every(60s)).value();
  advance(60s);

  runner->answer(agent_answer::failure("no"));
  run();
  advance(100ms);
  runner->answer(agent_answer::failure("no"));
  run();
  advance(200ms);
  ASSERT_EQ(runner->started.size(), 3u);
  runner->answer(agent_answer::failure("never"));
  run();

  EXPECT_NE(runner->started[0]->id, runner->started[1]->id);
  EXPECT_EQ(runner->started[2]->attempt, 3u);
  EXPECT_EQ(noted, (std::vector<std::size_t>{1, 2, 3}));
  const auto after = now(job);
  EXPECT_EQ(after->failure_count, 1u);
  EXPECT_EQ(after->run_count, 1u);
  EXPECT_EQ(after->last_run->state, job_state::failed);
  EXPECT_EQ(after->last_run->outcome->error_text, "never");
}

TEST_F(Schedules, RunEndsTimeoutWhenItsLastAttemptDid) {
  start();
  auto wanted = every(60s);
  wanted.time_limit = 1s;
  wanted.retry = retry_policy{.retries_max = 1, .delay = 1s, .delay_max = 1s};
  const auto job = make(wanted).value();
  advance(60s);

  advance(1s);
  advance(1s);
  ASSERT_EQ(runner->started.size(), 2u);
  advance(1s);

  EXPECT_EQ(runner->canceled.size(), 2u);
  EXPECT_EQ(now(job)->last_run->state, job_state::timeout);
  EXPECT_EQ(now(job)->last_run->tasks.size(), 2u);
}

TEST_F(Schedules, OverlapIsDecidedByThePolicy) {
  struct row {
    overlap_policy policy;
    std::size_t started;
    std::size_t canceled;
    std::uint64_t skipped;
  };
  using enum overlap_policy;
  start();
  for (const auto& one :
       {row{skip, 1, 0, 2}, row{queue, 1, 0, 1}, row{allow, 3, 0, 0}, row{cancel, 3, 2, 0}}) {
    runner->started.clear();
    runner->canceled.clear();
    auto wanted = every(1s);
    wanted.overlap = one.policy;
    const auto job = make(wanted).value();
    for (int i = 0; i < 3; ++i)
      advance(1s);

    EXPECT_EQ(runner->started.size(), one.started) << to_string(one.policy);
    EXPECT_EQ(runner->canceled.size(), one.canceled) << to_string(one.policy);
    EXPECT_EQ(now(job)->skipped_count, one.skipped) << to_string(one.policy);
    EXPECT_TRUE(remove({job->id, {}, {}}));
    runner->open.clear();
  }
}

TEST_F(Schedules, QueuedRunStartsWhenTheOldOneEnds) {
  start();
  auto wanted = every(10s);
  wanted.overlap = overlap_policy::queue;
  const auto job = make(wanted).value();
  advance(10s);
  advance(10s);
  ASSERT_EQ(runner->started.size(), 1u);

  advance(3s);
  runner->complete("done");
  run();

  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(runner->started.back()->job->spec->due_at, job->created_at + 20s);
}

TEST_F(Schedules, ManualRunIsBesideWhateverRuns) {
  start();
  const auto job = make(every(10s)).value();
  const auto manual = run_now(job).value();
  EXPECT_EQ(manual->spec->run->trigger, run_trigger::manual);

  advance(10s);

  EXPECT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(now(job)->run_count, 2u);
  EXPECT_EQ(now(job)->skipped_count, 0u);
  EXPECT_EQ(now(job)->version, 1u);
  ASSERT_TRUE(enable(job, false));
  EXPECT_TRUE(run_now(job));
}

TEST_F(Schedules, PausedJobDoesNotFireAndKeepsItsGrid) {
  start();
  answer_at_once();
  const auto job = make(every(10s)).value();
  advance(5s);
  EXPECT_EQ(enable(job, false).value()->version, 2u);
  advance(30s);
  EXPECT_TRUE(runner->started.empty());

  EXPECT_EQ(enable(job, true).value()->next_run_at, job->created_at + 40s);
  advance(5s);

  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(now(job)->missed_count, 3u);
}

TEST_F(Schedules, MissedTimesAreMadeUpOneAfterAnother) {
  start();
  auto wanted = every(10s);
  wanted.missed = missed_policy::all;
  wanted.overlap = overlap_policy::allow;
  const auto job = make(wanted).value();
  ASSERT_TRUE(enable(job, false));
  advance(35s);
  ASSERT_TRUE(enable(job, true));

  for (std::size_t catch_up = 1; catch_up <= 3; ++catch_up) {
    ASSERT_EQ(runner->started.size(), catch_up);
    EXPECT_EQ(runner->started.back()->job->spec->run->trigger, run_trigger::missed);
    EXPECT_EQ(runner->started.back()->job->spec->due_at,
              job->created_at + 10s * static_cast<int>(catch_up));
    runner->complete("done");
    run();
  }
  EXPECT_EQ(runner->started.size(), 3u);
}

TEST_F(Schedules, DeletedJobCancelsItsRunsAndIsGone) {
  start();
  const auto job = make(every(10s)).value();
  advance(10s);

  EXPECT_EQ(remove({job->id, {}, {}}).value()->run_count, 1u);
  run();

  EXPECT_EQ(runner->canceled.size(), 1u);
  EXPECT_EQ(remove({job->id, {}, {}}).error().code, errc::not_found);
  EXPECT_EQ(health().live, 0u);
  advance(60s);
  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_TRUE(make(every(10s))) << "the name is free";
}

TEST_F(Schedules, CallsThatCannotBeAreRefused) {
  start();
  const auto job = make(every(10s)).value();

  EXPECT_EQ(make(every(10s)).error().code, errc::conflict);
  auto elsewhere = every(10s);
  elsewhere.name = "other";
  elsewhere.agent_id = job->id;
  EXPECT_EQ(make(elsewhere).error().code, errc::agent_not_found);
  EXPECT_EQ(make(at("61 * * * *")).error().code, errc::invalid_argument);
  EXPECT_EQ(remove({job->id, {}, {2, 3}}).error().code, errc::version_mismatch);
  EXPECT_EQ(remove({job->id, "other", {}}).error().code, errc::not_found);
  EXPECT_EQ(update({job->id, {}, {1}}, [](auto& what) { what.interval = 1ms; }).error().code,
            errc::invalid_argument);
  EXPECT_EQ(now(job), job);
}

TEST_F(Schedules, RunWithoutRoomStartsWhenThereIsSome) {
  options.live_jobs_max = 1;
  start();
  const auto job = make(every(10s)).value();
  const auto other = create();

  advance(10s);
  advance(1s);
  EXPECT_EQ(now(job)->run_count, 0u);
  runner->complete("out of the way");
  run();
  advance(1s);

  EXPECT_EQ(now(job)->run_count, 1u);
  EXPECT_EQ(runner->started.back()->job->spec->due_at, job->created_at + 10s);
  EXPECT_EQ(run_now(job).error().code, errc::capacity);
}

TEST_F(Schedules, SetClockIsNoticedWithinASecond) {
  start();
  answer_at_once();
  const auto hourly = make(at("0 * * * *")).value();
  auto wanted = every(61s);
  wanted.name = "each minute";
  const auto minutely = make(wanted).value();
  advance(10s);

  *clock_error = *hourly->next_run_at - hourly->created_at - 12s;
  advance(1s);
  EXPECT_TRUE(runner->started.empty());
  advance(1s);
  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->started.back()->job->spec->due_at, *hourly->next_run_at);

  runner->started.clear();
  *clock_error = 0ms;
  advance(1s);
  advance(49s);
  EXPECT_EQ(runner->started.size(), 1u) << "the minutes go on when the clock is set back";
}

TEST_F(Schedules, RunsAreAskedOfTheStoreAndTheOldOnesForgotten) {
  options.runs_kept = 3;
  start();
  answer_at_once();
  const auto job = make(every(10s)).value();
  advance(10s);
  advance(1s);

  ASSERT_EQ(keeper.run_sweeps.size(), 1u);
  EXPECT_EQ(keeper.run_sweeps.front().schedules, std::vector{job->id});
  EXPECT_EQ(keeper.run_sweeps.front().keep, 3u);
  outcome_slot<result<std::vector<job_ptr>>> slot;
  jobs->schedules().runs({job->id, {}, {}}, {}, slot.callback());
  run();
  ASSERT_EQ(keeper.run_lists.size(), 1u);
  EXPECT_EQ(keeper.run_lists.front()->query.keep, 3u);
}

TEST_F(Schedules, NextTimesAreThoseOfTheEngine) {
  start();
  const auto job = make(every(10s)).value();
  const auto times = [&](std::optional<system_time> after) {
    outcome_slot<result<std::vector<system_time>>> slot;
    jobs->schedules().next_times({job->id, {}, {}}, after, 2, slot.callback());
    return outcome_of(slot).value();
  };

  EXPECT_EQ(times({}), (std::vector{job->created_at + 10s, job->created_at + 20s}));
  EXPECT_EQ(times(job->created_at + 20s).front(), job->created_at + 30s);
  ASSERT_TRUE(enable(job, false));
  EXPECT_TRUE(times({}).empty());
  EXPECT_EQ(times(job->created_at).size(), 2u);
}

TEST_F(Schedules, IdleEngineWithoutSchedulesHasNoTick) {
  start();
  const auto job = make(every(10s)).value();
  ASSERT_TRUE(remove({job->id, {}, {}}));
  advance(2s);
  advance_without_run(1h);

  EXPECT_FALSE(step());
}

} // namespace

} // namespace callboard::actors::test
