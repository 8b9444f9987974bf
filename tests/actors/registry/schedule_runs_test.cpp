// Single runs of scheduled jobs, by their id.

#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

class ScheduleRuns : public schedule_test {
protected:
  void begin(bool is_store_durable) {
    is_durable = is_store_durable;
    start();
    job = make(every(1h)).value();
    live_run = run_now(job).value()->spec->id;
  }

  result<job_ptr> get_run(const uuid& of, const uuid& id) {
    job_slot slot;
    jobs->schedules().get_run({of, "default", {}}, id, slot.callback());
    return outcome_of(slot);
  }

  result<job_ptr> cancel_run(const uuid& id) {
    job_slot slot;
    jobs->schedules().cancel_run({job->id, "default", {}}, id, "too slow", slot.callback());
    return outcome_of(slot);
  }

  scheduled_job_ptr job;
  uuid live_run;
};

TEST_F(ScheduleRuns, LiveRunIsReadAndCanceled) {
  begin(false);
  EXPECT_EQ(get_run(job->id, live_run).value()->state, job_state::processing);

  const auto canceled = cancel_run(live_run).value();

  EXPECT_EQ(canceled->state, job_state::canceled);
  EXPECT_EQ(canceled->outcome->error_text, "too slow");
  EXPECT_EQ(runner->canceled.size(), 1u);
  EXPECT_EQ(get_run(job->id, live_run).value(), canceled);
  EXPECT_EQ(cancel_run(live_run).error(), fail_as_over(job_state::canceled).value());
  EXPECT_EQ(now(job)->failure_count, 0u);
}

TEST_F(ScheduleRuns, CancelIsAnsweredWhenItIsStored) {
  begin(true);
  keeper.is_holding = true;
  job_slot slot;
  jobs->schedules().cancel_run({job->id, {}, {}}, live_run, {}, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  release_batch({});

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ(slot.value->value()->state, job_state::canceled);
}

TEST_F(ScheduleRuns, OnlyRunsOfThatJobAreFound) {
  begin(false);
  auto named = every(1h);
  named.name = "other";
  const auto other = make(named).value();
  const auto message_id = create()->spec->id;
  const error missing{errc::not_found, "run not found"};

  EXPECT_EQ(get_run(other->id, live_run).error(), missing);
  EXPECT_EQ(get_run(job->id, message_id).error(), missing);
  EXPECT_EQ(get_run(message_id, live_run).error().message, "job not found");
  job_slot slot;
  jobs->schedules().cancel_run({other->id, "default", {}}, live_run, {}, slot.callback());
  run();
  ASSERT_EQ(keeper.finds.size(), 1u) << "the store may know a run of that job";
  keeper.finds.front()->done(get_run(job->id, live_run).value());
  EXPECT_EQ(slot.value->error(), missing);
  EXPECT_EQ(get_run(job->id, live_run).value()->state, job_state::processing);
}

TEST_F(ScheduleRuns, RunThatIsNotHeldIsAskedOfTheStore) {
  begin(false);
  runner->complete("done");
  run();
  const auto ended = get_run(job->id, live_run).value();
  options.finished_retention = 60s;
  advance(61s);
  job_slot read;
  job_slot canceled;

  jobs->schedules().get_run({job->id, {}, {}}, live_run, read.callback());
  jobs->schedules().cancel_run({job->id, {}, {}}, live_run, {}, canceled.callback());
  run();

  ASSERT_EQ(keeper.finds.size(), 2u);
  EXPECT_EQ(keeper.finds.front()->ref.kind, job_kind::run);
  EXPECT_TRUE(keeper.kept.contains(live_run)) << "what is asked for is in the store by then";
  for (const auto& call : keeper.finds)
    call->done(ended);
  EXPECT_EQ(read.value->value(), ended);
  EXPECT_EQ(canceled.value->error(), fail_as_over(job_state::completed).value());
}

TEST_F(ScheduleRuns, QueuedRunStartsOnceTheOneBeforeItIsCanceled) {
  auto wanted = every(10s);
  wanted.overlap = overlap_policy::queue;
  start();
  job = make(wanted).value();
  advance(10s);
  advance(10s);
  ASSERT_EQ(runner->started.size(), 1u);

  EXPECT_TRUE(cancel_run(runner->started.front()->job->spec->id));

  run();
  EXPECT_EQ(runner->started.size(), 2u);
}

} // namespace

} // namespace callboard::actors::test
