#include "tests/actors/durable_test.hpp"
#include "tests/actors/registry/schedule_fixture.hpp"

// Agents that have certainly not begun the work, and those that ask to be left alone for a while.

namespace callboard::actors::test {

namespace {

agent_answer refusal(std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
  auto made = agent_answer::refusal("agent answered 429");
  made.retry_after = retry_after;
  return made;
}

class Refusals : public durable_test {
protected:
  void SetUp() override {
    info.concurrency = 1;
  }

  void refuse(std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    runner->answer(refusal(retry_after));
    run();
  }

  /// A message in the store that waits for its retry.
  job_ptr stored_waiting(std::chrono::milliseconds retry_in, std::uint32_t retries,
                         std::chrono::milliseconds limit = 60s) {
    auto made = std::make_shared<callboard::job>(*stored(job_state::pending, limit));
    made->tasks.back().state = task_state::failed;
    made->tasks.back().finished_at = made->updated_at;
    made->tasks.back().attempt = 1;
    made->retries = retries;
    made->retry_at = wall_start + retry_in;
    return made;
  }
};

// A 429 of the model failed the user's message at once.
TEST_F(Refusals, RefusedMessageIsPendingUntilItsRetryAndThenGoesOn) {
  start();
  const auto job = create();
  refuse();
  const auto waiting = get(job).value();
  EXPECT_EQ(waiting->state, job_state::pending);
  EXPECT_EQ(waiting->retry_at, wall_start + 500ms);

  advance(499ms);
  EXPECT_EQ(runner->started.size(), 1u);
  advance(1ms);
  EXPECT_EQ(state_of(job), job_state::processing);
  runner->complete("hi");
  run();

  EXPECT_EQ(state_of(job), job_state::completed);
  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_NE(runner->started[0]->id, runner->started[1]->id);
  EXPECT_EQ(runner->started[1]->attempt, 2u);
  EXPECT_EQ(*runner->started[1]->content, "hello");
}

TEST_F(Refusals, SlotIsFreeWhileAMessageWaits) {
  start();
  const auto refused = create();
  const auto next = create();
  EXPECT_EQ(state_of(next), job_state::pending);

  refuse(20s);
  EXPECT_EQ(state_of(refused), job_state::pending);
  EXPECT_EQ(state_of(next), job_state::processing);
  runner->complete("hi");
  run();

  EXPECT_EQ(state_of(next), job_state::completed);
}

TEST_F(Refusals, MessageFailsWithTheLastRefusalWhenNoRetryIsLeft) {
  start();
  const auto job = create();
  refuse();
  advance(500ms);
  refuse();
  advance(1s);
  refuse();

  const auto failed = get(job).value();
  EXPECT_EQ(failed->state, job_state::failed);
  EXPECT_EQ(failed->outcome->error_text, "agent answered 429");
  EXPECT_EQ(runner->started.size(), 3u);
}

TEST_F(Refusals, DeadlineEndsTheWait) {
  start();
  const auto job = create(message(2s));
  refuse(24h);

  advance(1999ms);
  EXPECT_EQ(state_of(job), job_state::pending);
  advance(1ms);

  EXPECT_EQ(state_of(job), job_state::timeout);
  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(Refusals, CancelEndsTheWait) {
  start();
  const auto job = create();
  refuse();

  EXPECT_EQ(cancel(job).value()->state, job_state::canceled);
  advance(1s);

  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(Refusals, AgentSaysHowOftenAndHowLong) {
  info.retry.refusals = {.retries_max = 1, .delay = 3s, .delay_max = 3s};
  info.retry.retry_after_max = 10s;
  start();
  const auto job = create();
  refuse(1h);
  EXPECT_EQ(get(job).value()->retry_at, wall_start + 10s);

  advance(10s);
  refuse();

  EXPECT_EQ(state_of(job), job_state::failed);
}

TEST_F(Refusals, SwitchedOffEndsTheMessageAtOnce) {
  info.retry.refusals.retries_max = 0;
  start();
  const auto job = create();

  refuse();

  EXPECT_EQ(state_of(job), job_state::failed);
}

TEST_F(Refusals, OtherFailuresEndTheMessageAtOnce) {
  start();
  const auto job = create();

  runner->answer(agent_answer::failure("agent answered 500"));
  run();

  EXPECT_EQ(state_of(job), job_state::failed);
}

TEST_F(Refusals, AnswerInsideStartIsTriedAgainToo) {
  runner->on_start = [this](const task_ptr&, const completion& done) {
    done(runner->started.size() == 1 ? refusal() : agent_answer::complete("hi"));
  };
  start();
  const auto job = create();
  EXPECT_EQ(state_of(job), job_state::pending);

  advance(500ms);

  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(Refusals, RestartKeepsTheCountAndTheTime) {
  is_durable = true;
  live = {stored_waiting(2s, 2)};
  start();

  advance(1999ms);
  EXPECT_TRUE(runner->started.empty());
  advance(1ms);
  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->started.front()->attempt, 2u);
  refuse();

  EXPECT_EQ(state_of(live.front()), job_state::failed);
}

// An older server had stored `Retry-After: 86400` as it came.
TEST_F(Refusals, RestartBoundsAWaitThatWasStored) {
  is_durable = true;
  live = {stored_waiting(24h, 1, 48h)};
  start();

  EXPECT_EQ(get(live.front()).value()->retry_at, wall_start + 60s);
  ASSERT_EQ(keeper.kept.size(), 1u);
  EXPECT_EQ(keeper.kept.begin()->second->version, live.front()->version + 1);
  advance(60s);

  EXPECT_EQ(runner->started.size(), 1u);
}

class RefusedRuns : public schedule_test {
protected:
  /// {"interval":500,"retryPolicy":{"maxRetries":1,"maxDelayMs":200},"timeoutMs":1000}
  schedule_definition definition() const {
    auto made = every(500ms);
    made.retry = retry_policy{.retries_max = 1, .delay = 1s, .delay_max = 200ms};
    made.time_limit = 1s;
    return made;
  }
};

// One 429 with `Retry-After: 86400` parked the job for a day, over pause and resume.
TEST_F(RefusedRuns, RetryAfterOfADayDoesNotParkTheSchedule) {
  start();
  const auto job = make(definition()).value();
  advance(500ms);
  runner->answer(refusal(24h));
  run();
  ASSERT_TRUE(enable(job, false));
  ASSERT_TRUE(enable(job, true));

  for (int seconds = 0; seconds < 60; ++seconds)
    advance(1s);
  ASSERT_EQ(runner->started.size(), 2u);
  runner->complete("done");
  run();
  for (int ticks = 0; ticks < 20; ++ticks)
    advance(100ms);

  EXPECT_GT(runner->started.size(), 2u);
  EXPECT_EQ(now(job)->last_run->state, job_state::completed);
}

TEST_F(RefusedRuns, AgentThatWantsItCanParkTheScheduleForADay) {
  info.retry.retry_after_max = 24h;
  start();
  make(definition()).value();
  advance(500ms);
  runner->answer(refusal(24h));
  run();

  advance(1h);

  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(RefusedRuns, AgentWhoseAskingDoesNotCountIsTriedByThePolicy) {
  info.retry.retry_after_max = 0s;
  start();
  make(definition()).value();
  advance(500ms);
  runner->answer(refusal(24h));
  run();

  advance(200ms);

  EXPECT_EQ(runner->started.size(), 2u);
}

} // namespace

} // namespace callboard::actors::test
