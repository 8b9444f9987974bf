#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

class Drain : public actor_test {};

TEST_F(Drain, OfIdleEngineIsOverAtOnce) {
  start();

  drain(10s);

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(refused().code, errc::unavailable);
  EXPECT_TRUE(health().is_draining);
  EXPECT_FALSE(health().is_healthy);
}

TEST_F(Drain, TasksUnderWayMayFinish) {
  start();
  const auto job = create();

  drain(10s);
  EXPECT_EQ(drained, 0);
  advance(5s);
  runner->complete("done");
  run();

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(Drain, QueuedJobsStillRunWhenNothingKeepsThem) {
  info.concurrency = 1;
  start();
  create();
  const auto queued = create();

  drain(10s);
  runner->complete("first");
  run();
  EXPECT_EQ(drained, 0);
  runner->complete("second");
  run();

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(state_of(queued), job_state::completed);
}

TEST_F(Drain, AfterTheGraceJobsFailWithReasonAndWaitersHearOfIt) {
  info.concurrency = 1;
  start();
  const auto processing = create(message(60s));
  const auto pending = create(message(60s));
  auto later = message(60s);
  later.due_at = processing->spec->created_at + 1h;
  const auto scheduled = create(later);
  job_slot waiting;
  jobs->wait({pending->spec->id, {}, {}}, 60s, waiting.callback());
  run();

  drain(10s);
  advance(9999ms);
  EXPECT_EQ(drained, 0);
  advance(1ms);

  EXPECT_EQ(drained, 1);
  for (const auto& job : {processing, pending, scheduled}) {
    const auto over = get(job).value();
    EXPECT_EQ(over->state, job_state::failed);
    EXPECT_EQ(over->outcome->error_text, "server stopped before the job was done");
    EXPECT_EQ(over->outcome->error_code, "shutdown");
  }
  ASSERT_EQ(waiting.count, 1);
  EXPECT_EQ((**waiting.value)->state, job_state::failed);
  EXPECT_EQ(runner->canceled.size(), 1u);
}

TEST_F(Drain, SecondCallMayShortenTheGrace) {
  start();
  create();
  drain(60s);
  EXPECT_EQ(drained, 0);

  drain(0ms);
  advance(0ms);

  EXPECT_EQ(drained, 2);
}

TEST_F(Drain, WithDurableStoreQueuedJobsStayForTheNextStart) {
  is_durable = true;
  info.concurrency = 1;
  start();
  const auto running = create();
  const auto queued = create();

  drain(10s);
  runner->complete("done");
  run();

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(state_of(running), job_state::completed);
  EXPECT_EQ(state_of(queued), job_state::pending);
  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(Drain, WithDurableStoreRunningJobsAreLeftAsTheyAreAfterTheGrace) {
  is_durable = true;
  start();
  const auto job = create();
  job_slot waiting;
  jobs->wait({job->spec->id, {}, {}}, 60s, waiting.callback());
  run();

  drain(10s);
  advance(10s);

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(state_of(job), job_state::processing);
  EXPECT_EQ(runner->canceled.size(), 1u);
  ASSERT_EQ(waiting.count, 1);
  EXPECT_EQ((**waiting.value)->state, job_state::processing);
  // Nothing terminal went to the store: the next start takes the job up again.
  for (const auto& batch : keeper.written)
    for (const auto& snapshot : batch->snapshots)
      EXPECT_FALSE(is_terminal(snapshot->state));
}

TEST_F(Drain, WaitsForWhatIsStillBeingStored) {
  is_durable = true;
  start();
  create();
  keeper.is_holding = true;
  runner->complete("done");
  run();

  drain(0ms);
  advance(0ms);
  EXPECT_EQ(drained, 0);
  release_batch({});

  EXPECT_EQ(drained, 1);
}

TEST_F(Drain, FailingStoreDoesNotKeepTheProcess) {
  is_durable = true;
  start();
  create();
  keeper.fault = error{errc::io, "disk full"};
  runner->complete("done");
  run();

  drain(0ms);
  advance(0ms);

  EXPECT_EQ(drained, 1);
}

} // namespace

} // namespace callboard::actors::test
