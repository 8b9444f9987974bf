#include <random>

#include "tests/actors/actor_test.hpp"
#include "tests/support/random_seed.hpp"

namespace callboard::actors::test {

namespace {

/// A job of the Agent Jobs API through its life, with faults on the way.
class AgentJobLife : public actor_test {
protected:
  /// Two retries a minute apart, two follow-ups, an hour in all.
  static new_job agent_job() {
    auto wanted = scheduled(0ms, 1h);
    wanted.due_at.reset();
    wanted.content = "Write the daily report.";
    wanted.retry
      = {.retries_max = 2, .delay = 1min, .delay_max = 1min, .growth = backoff::fixed, .jitter = 0};
    wanted.follow_ups_max = 2;
    return wanted;
  }

  static agent_answer want_more(std::string text) {
    auto made = agent_answer::complete(std::move(text));
    made.status = answer_status::wants_more;
    return made;
  }

  void answer(agent_answer what) {
    runner->answer(std::move(what));
    run();
  }

  /// The job, in its retry wait.
  job_ptr create_in_retry_wait() {
    auto job = create(agent_job());
    answer(agent_answer::failure("down"));
    EXPECT_EQ(get(job).value()->state, job_state::pending);
    EXPECT_TRUE(get(job).value()->retry_at);
    return job;
  }
};

TEST_F(AgentJobLife, AgentThatIsDownAtFirstAnswersTheThirdTime) {
  start();
  const auto job = create(agent_job());

  answer(agent_answer::failure("connection refused"));
  advance(1min - 1ms);
  EXPECT_EQ(runner->started.size(), 1U);
  advance(1ms);
  answer(agent_answer::failure("connection refused"));
  advance(1min);
  answer(agent_answer::complete("the report"));

  const auto done = get(job).value();
  EXPECT_EQ(done->state, job_state::completed);
  EXPECT_EQ(*done->outcome->content, "the report");
  ASSERT_EQ(done->tasks.size(), 3U);
  EXPECT_EQ(done->tasks[0].kind, task_kind::start);
  EXPECT_EQ(*done->tasks[1].error, "connection refused");
  EXPECT_EQ(done->tasks[2].kind, task_kind::retry);
  EXPECT_EQ(done->tasks[2].attempt, 3U);
  EXPECT_NE(done->tasks[1].id, done->tasks[2].id);
}

TEST_F(AgentJobLife, RetriesAreUsedUpOverTheWholeJob) {
  start();
  const auto job = create(agent_job());
  answer(agent_answer::failure("one"));
  advance(1min);
  answer(want_more("half"));
  answer(agent_answer::failure("two"));
  advance(1min);

  EXPECT_EQ(runner->started.back()->kind, task_kind::retry);
  EXPECT_EQ(*runner->started.back()->content, "Continue.");
  answer(agent_answer::failure("three"));

  const auto done = get(job).value();
  EXPECT_EQ(done->state, job_state::failed);
  EXPECT_EQ(done->outcome->error_code, "agent_error");
  EXPECT_EQ(done->outcome->error_text, "three");
}

TEST_F(AgentJobLife, FinalFailureIsNotRetried) {
  start();
  const auto job = create(agent_job());

  answer(agent_answer::final_failure("no such channel"));

  EXPECT_EQ(state_of(job), job_state::failed);
  EXPECT_EQ(runner->started.size(), 1U);
}

TEST_F(AgentJobLife, FollowUpCarriesTheConversation) {
  start();
  const auto job = create(agent_job());
  answer(want_more("part one"));
  answer(want_more("part two"));

  const auto& task = *runner->started.back();
  EXPECT_EQ(task.kind, task_kind::follow_up);
  EXPECT_EQ(*task.content, "Continue.");
  ASSERT_EQ(task.history.size(), 4U);
  EXPECT_EQ(task.history[0].role, "user");
  EXPECT_EQ(*task.history[0].content, "Write the daily report.");
  EXPECT_EQ(task.history[1].role, "assistant");
  EXPECT_EQ(*task.history[1].content, "part one");
  EXPECT_EQ(*task.history[2].content, "Continue.");
  EXPECT_EQ(*task.history[3].content, "part two");
  answer(agent_answer::complete("the end"));
  EXPECT_EQ(*get(job).value()->outcome->content, "the end");
}

TEST_F(AgentJobLife, AgentThatNeverStopsAskingFails) {
  start();
  const auto job = create(agent_job());

  for (int turn = 0; turn < 3; ++turn)
    answer(want_more("more"));

  const auto done = get(job).value();
  EXPECT_EQ(done->state, job_state::failed);
  EXPECT_EQ(done->outcome->error_code, "follow_up_limit");
  EXPECT_EQ(runner->started.size(), 3U);
}

TEST_F(AgentJobLife, DeadlinePassesDuringARetryWait) {
  start();
  auto wanted = agent_job();
  wanted.retry.delay = wanted.retry.delay_max = 2h;
  const auto job = create(wanted);
  answer(agent_answer::failure("down"));
  advance(1h - 1ms);
  EXPECT_EQ(state_of(job), job_state::pending);

  advance(1ms);

  EXPECT_EQ(state_of(job), job_state::timeout);
  advance(3h);
  EXPECT_EQ(runner->started.size(), 1U);
}

TEST_F(AgentJobLife, DeadlinePassesDuringARunningTask) {
  start();
  const auto job = create(agent_job());

  advance(1h);

  const auto done = get(job).value();
  EXPECT_EQ(done->state, job_state::timeout);
  EXPECT_EQ(done->outcome->error_code, "timeout");
  EXPECT_EQ(done->tasks.back().state, task_state::failed);
  EXPECT_EQ(runner->canceled.size(), 1U);
  runner->complete("too late");
  run();
  EXPECT_EQ(state_of(job), job_state::timeout);
}

TEST_F(AgentJobLife, DeadlinePassesWhileTheAgentIsBusy) {
  info.concurrency = 1;
  start();
  create(agent_job());
  auto wanted = agent_job();
  wanted.time_limit = 10s;
  const auto job = create(wanted);

  advance(10s);

  EXPECT_EQ(state_of(job), job_state::timeout);
  EXPECT_TRUE(runner->canceled.empty());
}

TEST_F(AgentJobLife, CancelDuringARetryWaitEndsTheJob) {
  start();
  const auto job = create_in_retry_wait();

  ASSERT_TRUE(cancel(job, "enough"));

  advance(2h);
  EXPECT_EQ(runner->started.size(), 1U);
  EXPECT_EQ(health().live, 0U);
}

TEST_F(AgentJobLife, CancelDuringARunningTaskReachesTheAgent) {
  start();
  const auto job = create(agent_job());

  const auto canceled = cancel(job, "enough").value();

  EXPECT_EQ(canceled->tasks.back().state, task_state::canceled);
  EXPECT_EQ(runner->canceled, std::vector{runner->started.front()->id});
}

TEST_F(AgentJobLife, FractionOfAMinuteIsEnoughBetweenRetries) {
  start();
  auto wanted = agent_job();
  wanted.retry.delay = wanted.retry.delay_max = 600ms;
  create(wanted);
  answer(agent_answer::failure("down"));
  advance(599ms);
  EXPECT_EQ(runner->started.size(), 1U);

  advance(1ms);

  EXPECT_EQ(runner->started.size(), 2U);
}

/// 10,000 races, in parts: a test ends within a minute, on a busy machine too.
class AgentJobRace : public AgentJobLife, public ::testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Parts, AgentJobRace, ::testing::Range(0, 5));

/// Many jobs in one world: each is canceled and completed at the same instant, with its messages
/// delivered in an order of chance.
TEST_P(AgentJobRace, OfCancelAndCompletionHasOneWinner) {
  constexpr int rounds = 2'000;
  options.live_jobs_max = rounds;
  const auto seed = callboard::test::random_seed() + static_cast<std::uint64_t>(GetParam());
  std::mt19937_64 chance{seed};
  start();
  int canceled = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto job = create(agent_job());
    job_slot slot;
    job_slot waiting;
    jobs->wait({job->spec->id, {}, {}}, 1h, waiting.callback());
    const auto cancels_first = chance() % 2 == 0;
    const auto ask = [&] { jobs->cancel({job->spec->id, {}, {}}, "race", slot.callback()); };
    if (cancels_first)
      ask();
    for (auto turns = chance() % 4; turns > 0; --turns)
      step(chance() % 2 == 0);
    if (!runner->open.empty())
      runner->complete("done");
    if (!cancels_first)
      ask();
    while (step(chance() % 2 == 0)) {
      // until all is delivered
    }
    const auto last = get(job).value();
    ASSERT_EQ(slot.count, 1);
    ASSERT_EQ(waiting.count, 1);
    ASSERT_EQ((**waiting.value)->state, last->state);
    const auto has_won = slot.value->has_value();
    ASSERT_EQ(last->state, has_won ? job_state::canceled : job_state::completed);
    ASSERT_TRUE(has_won || slot.value->error().code == errc::conflict);
    canceled += has_won ? 1 : 0;
    runner->open.clear();
    runner->started.clear();
    runner->canceled.clear();
    keeper.written.clear();
    keeper.kept.clear();
  }
  EXPECT_GT(canceled, 0);
  EXPECT_LT(canceled, rounds);
  EXPECT_EQ(health().live, 0U);
}

} // namespace

} // namespace callboard::actors::test
