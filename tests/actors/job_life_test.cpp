#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

class JobLife : public actor_test {};

TEST_F(JobLife, AnswerCompletesJob) {
  start();
  const auto job = create();
  EXPECT_EQ(job->version, 1u);
  EXPECT_EQ(state_of(job), job_state::processing);

  runner->complete("hi there");
  run();

  const auto done = get(job).value();
  EXPECT_EQ(done->state, job_state::completed);
  EXPECT_EQ(*done->outcome->content, "hi there");
  EXPECT_EQ(done->version, 3u);
  EXPECT_EQ(runner->started.front()->job->spec->id, job->spec->id);
}

TEST_F(JobLife, AnswerInsideStartCompletesJobInOneStep) {
  runner->on_start = [](const task_ptr& task, const completion& done) {
    done(agent_answer::complete("echo: " + *task->content));
  };
  start();

  const auto done = get(create()).value();

  EXPECT_EQ(done->state, job_state::completed);
  EXPECT_EQ(*done->outcome->content, "echo: hello");
  EXPECT_EQ(done->version, 2u);
  EXPECT_TRUE(done->started_at.has_value());
}

TEST_F(JobLife, DeadlineWhileProcessingTimesOutAndAbortsTask) {
  start();
  const auto job = create(message(5s));

  advance(4999ms);
  EXPECT_EQ(state_of(job), job_state::processing);
  EXPECT_TRUE(runner->canceled.empty());
  advance(1ms);

  EXPECT_EQ(state_of(job), job_state::timeout);
  EXPECT_EQ(runner->canceled, std::vector{runner->started.front()->id});
  EXPECT_EQ(get(job).value()->finished_at, job->spec->expires_at);
}

TEST_F(JobLife, DeadlineWhilePendingTimesOutWithoutTouchingAgent) {
  info.concurrency = 1;
  start();
  const auto running = create(message(60s));
  const auto waiting = create(message(5s));
  EXPECT_EQ(state_of(waiting), job_state::pending);

  advance(5s);

  EXPECT_EQ(state_of(waiting), job_state::timeout);
  EXPECT_EQ(state_of(running), job_state::processing);
  EXPECT_TRUE(runner->canceled.empty());
  runner->complete("first");
  run();
  EXPECT_EQ(runner->started.size(), 1u) << "a withdrawn task was started";
}

TEST_F(JobLife, TimedOutTaskFreesItsSlot) {
  info.concurrency = 1;
  start();
  create(message(5s));
  const auto next = create(message(60s));

  advance(5s);

  EXPECT_EQ(state_of(next), job_state::processing);
}

TEST_F(JobLife, AnswerJustBeforeDeadlineCounts) {
  start();
  const auto job = create(message(5s));

  advance(4999ms);
  runner->complete("just in time");
  run();
  advance(1s);

  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(JobLife, AnswerExactlyAtDeadlineIsTooLate) {
  start();
  const auto job = create(message(5s));
  // The answer is in the mailbox before the wake-up is: only the time decides.
  runner->complete("at the bell");

  advance(5s);

  EXPECT_EQ(state_of(job), job_state::timeout);
}

TEST_F(JobLife, LateAnswerIsDropped) {
  start();
  const auto job = create(message(5s));
  advance(5s);
  const auto timed_out = get(job).value();

  runner->complete("too late");
  run();

  EXPECT_EQ(get(job).value(), timed_out) << "there is a newer snapshot of a job that is over";
}

TEST_F(JobLife, SecondAnswerIsDropped) {
  start();
  const auto job = create();
  const auto done = runner->open.front().done;
  done(agent_answer::complete("first"));
  done(agent_answer::complete("second"));
  run();
  done(agent_answer::failure("third"));
  run();

  EXPECT_EQ(*get(job).value()->outcome->content, "first");
}

TEST_F(JobLife, AgentThatThrowsFailsItsJobOnly) {
  runner->on_start = [this](const task_ptr& task, const completion& done) {
    if (*task->content == "bad")
      throw std::runtime_error("out of cheese");
    runner->open.push_back({task, done});
  };
  start();
  const auto good = create();
  auto wanted = message();
  wanted.content = "bad";
  const auto bad = create(wanted);

  const auto failed = get(bad).value();
  EXPECT_EQ(failed->state, job_state::failed);
  EXPECT_EQ(failed->outcome->error_text, "agent failed: out of cheese");
  EXPECT_EQ(failed->outcome->error_code, "agent_error");
  EXPECT_EQ(state_of(good), job_state::processing);
}

TEST_F(JobLife, AgentThatThrowsInCancelDoesNoHarm) {
  info.concurrency = 1;
  runner->on_cancel = [] { throw std::runtime_error("cannot"); };
  start();
  const auto job = create();
  const auto next = create();

  EXPECT_TRUE(cancel(job).has_value());

  EXPECT_EQ(state_of(job), job_state::canceled);
  EXPECT_EQ(state_of(next), job_state::processing);
}

TEST_F(JobLife, AgentThatDropsTheTaskFailsTheJob) {
  start();
  const auto job = create();

  runner->open.clear();
  run();

  EXPECT_EQ(state_of(job), job_state::failed);
  EXPECT_EQ(get(job).value()->outcome->error_text, "agent dropped the task");
}

TEST_F(JobLife, AnswerThatIsNotUtf8IsCleanedBeforeItIsStored) {
  start();
  const auto job = create();

  runner->complete("a\xFFz");
  run();

  EXPECT_EQ(*get(job).value()->outcome->content, "a\xEF\xBF\xBDz");
}

TEST_F(JobLife, QueuedJobsStartInOrder) {
  info.concurrency = 2;
  start();
  std::vector<job_ptr> created;
  for (int i = 0; i < 6; ++i)
    created.push_back(create());
  EXPECT_EQ(runner->started.size(), 2u);

  while (!runner->open.empty()) {
    runner->complete("done");
    run();
  }

  ASSERT_EQ(runner->started.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(runner->started[i]->job->spec->id, created[i]->spec->id);
}

TEST_F(JobLife, FailedTaskIsRetriedAfterItsWait) {
  start();
  auto wanted = message();
  wanted.retry = {.retries_max = 1, .delay = 2s, .delay_max = 10s};
  const auto job = create(wanted);

  runner->answer(agent_answer::failure("not yet"));
  run();
  EXPECT_EQ(state_of(job), job_state::pending);
  advance(1999ms);
  EXPECT_EQ(runner->started.size(), 1u);
  advance(1ms);

  ASSERT_EQ(runner->started.size(), 2u);
  EXPECT_EQ(runner->started[1]->kind, task_kind::retry);
  EXPECT_EQ(runner->started[1]->attempt, 2u);
  EXPECT_NE(runner->started[1]->id, runner->started[0]->id);
  runner->complete("now");
  run();
  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(JobLife, DeadlineDuringRetryWaitTimesOut) {
  start();
  auto wanted = message(5s);
  wanted.retry = {.retries_max = 3, .delay = 4s, .delay_max = 10s, .growth = backoff::fixed};
  const auto job = create(wanted);
  advance(2s);
  runner->answer(agent_answer::failure("not yet"));
  run();

  advance(3s);

  EXPECT_EQ(state_of(job), job_state::timeout);
  advance(10s);
  EXPECT_EQ(runner->started.size(), 1u);
}

TEST_F(JobLife, FollowUpCarriesTheConversation) {
  start();
  auto wanted = message();
  wanted.follow_ups_max = 1;
  const auto job = create(wanted);
  auto more = agent_answer::complete("part one");
  more.status = answer_status::wants_more;

  runner->answer(more);
  run();

  ASSERT_EQ(runner->started.size(), 2u);
  const auto& turn = *runner->started[1];
  EXPECT_EQ(*turn.content, "Continue.");
  ASSERT_EQ(turn.history.size(), 2u);
  EXPECT_EQ(*turn.history[0].content, "hello");
  EXPECT_EQ(*turn.history[1].content, "part one");
  runner->answer(more);
  run();
  EXPECT_EQ(get(job).value()->outcome->error_code, "follow_up_limit");
}

TEST_F(JobLife, ScheduledJobStartsWhenDue) {
  start();
  auto wanted = message(10s);
  wanted.due_at = create()->spec->created_at + 60s;
  const auto job = create(wanted);
  EXPECT_EQ(state_of(job), job_state::scheduled);

  advance(59'999ms);
  EXPECT_EQ(state_of(job), job_state::scheduled);
  advance(1ms);
  EXPECT_EQ(state_of(job), job_state::processing);
  advance(10s);
  EXPECT_EQ(state_of(job), job_state::timeout);
}

TEST_F(JobLife, ManyJobsTimeOutEachAtItsOwnTime) {
  info.concurrency = 3;
  start();
  std::vector<job_ptr> created;
  for (int i = 0; i < 200; ++i)
    created.push_back(create(message(1000ms + 7ms * ((i * 37) % 200))));

  for (int i = 0; i < 200; ++i)
    advance(7ms + (i == 0 ? 1000ms : 0ms));

  for (const auto& job : created) {
    const auto over = get(job).value();
    EXPECT_EQ(over->state, job_state::timeout);
    // Time passes in steps of 7 ms here: each job must have ended in the step of its deadline.
    EXPECT_LT(*over->finished_at - job->spec->expires_at, 8ms);
  }
  EXPECT_EQ(health().live, 0u);
}

} // namespace

} // namespace callboard::actors::test
