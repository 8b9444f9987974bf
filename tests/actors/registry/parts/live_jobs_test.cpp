#include "tests/actors/registry/parts/parts_fixture.hpp"

// The life of jobs in the registry, without actors.

namespace callboard::actors::test {

namespace {

class LiveJobs : public parts_test {};

TEST_F(LiveJobs, NewJobGetsItsActorThenItsAgentTheTask) {
  start();

  const auto job = create(message());

  EXPECT_EQ(out.begun.count(job->spec->id), 1u);
  ASSERT_EQ(out.offered.size(), 1u);
  EXPECT_EQ(out.offered.front()->spec->id, job->spec->id);
}

TEST_F(LiveJobs, JobThatIsDueLaterGetsItsActorThen) {
  start();
  const auto job = create(delayed(5s));
  EXPECT_TRUE(out.begun.empty());

  advance(5s);

  EXPECT_EQ(out.begun.count(job->spec->id), 1u);
  EXPECT_EQ(out.offered.size(), 1u);
  EXPECT_EQ(shown(job)->state, job_state::pending);
}

TEST_F(LiveJobs, EndIsShownOnceItIsStored) {
  for (const auto durable : {false, true}) {
    out = {};
    table = std::make_shared<job_table>();
    is_durable = durable;
    start();
    const auto job = create(message());
    answers waiting;
    parts->calls().wait(call(job, waiting, 10s));

    complete(job);

    EXPECT_EQ(is_terminal(shown(job)->state), !durable);
    store();
    EXPECT_EQ(shown(job)->state, job_state::completed);
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().value()->state, job_state::completed);
  }
}

TEST_F(LiveJobs, FinishedJobIsDroppedAfterItsTime) {
  options.message_retention = 60s;
  start();
  const auto job = create(message());
  complete(job);

  advance(90s - 1ms);
  EXPECT_TRUE(shown(job));
  advance(1ms);

  EXPECT_FALSE(shown(job));
}

TEST_F(LiveJobs, UpdateOfAJobThatIsNotHeldIsIgnored) {
  start();

  parts->update({job_of(9, job_state::completed), {}});

  EXPECT_EQ(parts->report().live, 0u);
}

TEST_F(LiveJobs, JobWhoseCreationCannotBeStoredIsNotToBe) {
  is_durable = true;
  start();
  submit(message());
  const auto id = out.begun.begin()->first;

  refuse_batch();

  ASSERT_EQ(created.size(), 1u);
  EXPECT_EQ(created.front().error().code, errc::unavailable);
  EXPECT_FALSE(table->visible(id));
  EXPECT_EQ(out.told.size(), 1u);
  EXPECT_EQ(parts->report().live, 0u);
  EXPECT_EQ(parts->report().held_text_bytes, 0u);
}

/// A call that had found the job before it was stored waited for ever.
TEST_F(LiveJobs, CallsForAJobThatIsNotToBeAreAnswered) {
  is_durable = true;
  start();
  submit(message());
  const auto job = table->visible(out.begun.begin()->first);
  answers waiting;
  answers canceled;
  parts->calls().wait(call(job, waiting, 10s));
  parts->calls().cancel(call(job, canceled));

  refuse_batch();
  advance(10s);

  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting.front().error().code, errc::unavailable);
  ASSERT_EQ(canceled.size(), 1u);
  EXPECT_EQ(parts->report().waiters, 0u);
}

TEST_F(LiveJobs, JobBeyondTheHorizonIsLeftToADurableStore) {
  is_durable = true;
  start();

  const auto far = create(delayed(1h));
  const auto near = create(delayed(5min));

  EXPECT_FALSE(shown(far));
  EXPECT_TRUE(shown(near));
  EXPECT_EQ(parts->report().live, 2u);
}

TEST_F(LiveJobs, CancelTakesAJobBackFromTheStore) {
  is_durable = true;
  start();
  const auto far = create(delayed(1h));
  answers canceled;
  parts->calls().cancel(call(far, canceled));
  ASSERT_EQ(out.fetches.size(), 1u);

  out.answer(out.fetches, found_job{far});
  parts->settle();
  store();

  ASSERT_EQ(canceled.size(), 1u);
  EXPECT_EQ(canceled.front().value()->state, job_state::canceled);
  EXPECT_EQ(parts->report().live, 0u);
}

TEST_F(LiveJobs, JobWhoseAgentIsGoneEndsByTheNextWakeUp) {
  held_jobs stored;
  auto job = std::make_shared<callboard::job>(*job_of(1));
  auto spec = std::make_shared<job_spec>(*job->spec);
  spec->created_at = spec->due_at = out.time.wall;
  spec->expires_at = spec->due_at + 1h;
  spec->agent_id = job_of(7)->spec->id;
  job->spec = std::move(spec);
  task_record task;
  task.id = job_of(8)->spec->id;
  task.created_at = out.time.wall;
  job->tasks.push_back(task);
  stored.live = {job};
  start(std::move(stored));
  ASSERT_FALSE(out.wakes.empty());
  EXPECT_EQ(out.wakes.front(), out.time.steady);

  advance(0ms);

  EXPECT_EQ(shown(job)->state, job_state::failed);
  EXPECT_TRUE(out.begun.empty());
}

TEST_F(LiveJobs, ManyThatAreDueAtOnceBeginInPortions) {
  start();
  for (int count = 0; count < 1001; ++count)
    create(delayed(5s));
  out.wakes.clear();
  std::vector<std::size_t> begun;

  out.pass(5s);
  while (out.offered.size() < 1001u) {
    parts->on_wake();
    parts->settle();
    begun.push_back(out.offered.size());
    if (begun.back() < 1001u) {
      ASSERT_FALSE(out.wakes.empty());
      EXPECT_LE(out.wakes.back(), out.time.steady) << "what is left is due at once";
    }
  }

  EXPECT_EQ(begun, (std::vector<std::size_t>{500, 1000, 1001}));
}

TEST_F(LiveJobs, AgentsLoadIsItsJobsThatWaitOrRun) {
  agent.concurrency = 1;
  agent.queue_limit = 1;
  start();
  const auto first = create(message());
  create(message());
  submit(message());
  EXPECT_EQ(created.back().error().code, errc::agent_busy);

  complete(first);
  submit(message());

  EXPECT_TRUE(created.back());
}

} // namespace

} // namespace callboard::actors::test
