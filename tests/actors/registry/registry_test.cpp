#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

class Registry : public actor_test {
protected:
  void list() {
    jobs->list({}, [](const result<job_page>&) {});
    run();
  }
};

std::size_t in(const engine_health& health, job_state state) {
  return health.messages[static_cast<std::size_t>(state)];
}

TEST_F(Registry, UnknownAgentIsRefused) {
  start();
  auto wanted = message();
  wanted.agent_id = *uuid::parse("00000000-0000-0000-0000-000000000001");

  EXPECT_EQ(refused(wanted).code, errc::agent_not_found);
}

TEST_F(Registry, CapacityIsReachedAndFreed) {
  options.jobs_max = 3;
  start();
  const auto first = create();
  create();
  create();

  const auto why = refused();
  EXPECT_EQ(why, (error{errc::capacity, "Job capacity reached (3 jobs)"}));
  EXPECT_FALSE(health().is_healthy);

  // A finished job makes room by leaving; the live ones stay.
  runner->complete("done");
  run();
  EXPECT_TRUE(health().is_healthy);
  create();
  EXPECT_EQ(get(first).error().code, errc::not_found);
  EXPECT_EQ(refused().code, errc::capacity);
}

TEST_F(Registry, OldestFinishedJobGoesFirst) {
  options.jobs_max = 3;
  start();
  const auto a = create();
  const auto b = create();
  const auto c = create();
  // They finish in the order c, a; b stays live.
  runner->open[2].done(agent_answer::complete("c"));
  run();
  runner->open[0].done(agent_answer::complete("a"));
  run();

  create();
  EXPECT_EQ(get(c).error().code, errc::not_found);
  EXPECT_TRUE(get(a).has_value());
  create();
  EXPECT_EQ(get(a).error().code, errc::not_found);
  EXPECT_EQ(state_of(b), job_state::processing);
}

TEST_F(Registry, LiveLimitHoldsWhateverIsFinished) {
  options.live_jobs_max = 2;
  start();
  create();
  create();

  EXPECT_EQ(refused(), (error{errc::capacity, "Job capacity reached (2 jobs)"}));
  runner->complete("done");
  run();
  create();
}

TEST_F(Registry, LiveLimitOfOneOrganisationLeavesRoomForOthers) {
  options.live_jobs_per_organisation_max = 1;
  start();
  create();

  EXPECT_EQ(refused(),
            (error{errc::capacity, "Job capacity of the organization reached (1 jobs)"}));
  auto of_other = message();
  of_other.organisation = "other";
  create(of_other);
  runner->complete("done");
  run();
  create();
}

TEST_F(Registry, QueueLimitOfAgentIsKept) {
  info.concurrency = 1;
  info.queue_limit = 1;
  start();
  create();
  create();

  EXPECT_EQ(refused(), (error{errc::agent_busy, "Agent scripted is busy"}));
  runner->complete("done");
  run();
  create();
}

TEST_F(Registry, JobThatWaitsForARetryDoesNotKeepItsAgentBusy) {
  info.concurrency = 1;
  info.queue_limit = 0;
  start();
  auto wanted = message();
  wanted.retry = {.retries_max = 1, .delay = 5s};
  create(wanted);
  EXPECT_EQ(refused().code, errc::agent_busy);

  runner->answer(agent_answer::failure("not yet"));
  run();

  create();
}

// The sanitizer watches for overflows.
TEST_F(Registry, LongestTimesAreKept) {
  const std::chrono::milliseconds four_centuries = std::chrono::hours{24 * 366 * 400};
  start();
  const auto running = create(message(four_centuries));
  const auto finished = create(message(four_centuries));
  job_slot slot;

  jobs->wait({running->spec->id, {}, {}}, std::chrono::milliseconds::max(), slot.callback());
  runner->open.back().done(agent_answer::complete("done"));
  drain(std::chrono::milliseconds::max());
  advance(1h);

  EXPECT_EQ(slot.count, 0);
  EXPECT_EQ(drained, 0);
  EXPECT_EQ(state_of(running), job_state::processing);
  EXPECT_EQ(state_of(finished), job_state::completed);
  runner->complete("done too");
  run();
  EXPECT_EQ(slot.count, 1);
  EXPECT_EQ(drained, 1);
}

TEST_F(Registry, FinishedMessageIsKeptForItsRetentionAfterExpiry) {
  options.message_retention = 60s;
  start();
  const auto job = create(message(10s));
  runner->complete("done");
  run();

  advance(70s - 1ms);
  EXPECT_EQ(state_of(job), job_state::completed);
  advance(1ms);

  EXPECT_EQ(get(job).error().code, errc::not_found);
  EXPECT_EQ(in(health(), job_state::completed), 0u);
  EXPECT_EQ(health().finished_messages[static_cast<std::size_t>(job_state::completed)], 1u);
  // The store was told to forget it as well, before a list could show it.
  list();
  ASSERT_FALSE(keeper.written.empty());
  EXPECT_EQ(keeper.written.back()->erased, std::vector{job->spec->id});
}

TEST_F(Registry, JobOfAnotherKindOrOrganisationIsNotSeen) {
  start();
  const auto job = create();
  job_slot other_kind;
  job_slot other_organisation;

  jobs->get({job->spec->id, job_kind::agent, {}}, other_kind.callback());
  jobs->get({job->spec->id, job_kind::message, "acme"}, other_organisation.callback());
  run();

  EXPECT_EQ(other_kind.value->error().code, errc::not_found);
  EXPECT_EQ(other_organisation.value->error().code, errc::forbidden);
}

TEST_F(Registry, HealthCountsStatesAndMeanTime) {
  info.concurrency = 3;
  start();
  create(message(1s));
  create();
  create();
  create();
  const auto canceled = create();
  ASSERT_TRUE(cancel(canceled));
  advance(1s);
  runner->open.pop_front(); // the one that timed out
  runner->complete("done");
  runner->answer(agent_answer::failure("no"));
  run();

  const auto now = health();
  EXPECT_EQ(in(now, job_state::timeout), 1u);
  EXPECT_EQ(in(now, job_state::completed), 1u);
  EXPECT_EQ(in(now, job_state::failed), 1u);
  EXPECT_EQ(in(now, job_state::canceled), 1u);
  EXPECT_EQ(in(now, job_state::processing), 1u);
  EXPECT_EQ(now.live, 1u);
  EXPECT_EQ(now.mean_completion, 1000ms);
}

TEST_F(Registry, CanceledInEachLiveState) {
  info.concurrency = 1;
  start();
  const auto processing = create();
  const auto pending = create();
  auto later = message();
  later.due_at = processing->spec->created_at + 1h;
  const auto scheduled = create(later);

  for (const auto& job : {pending, scheduled, processing}) {
    const auto canceled = cancel(job, "changed my mind");
    ASSERT_TRUE(canceled.has_value());
    EXPECT_EQ((*canceled)->state, job_state::canceled);
    EXPECT_EQ((*canceled)->outcome->error_text, "changed my mind");
  }

  EXPECT_EQ(runner->canceled.size(), 1u);
  EXPECT_EQ(health().live, 0u);
}

TEST_F(Registry, CancelOfFinishedJobIsConflict) {
  start();
  const auto job = create();
  runner->complete("done");
  run();

  EXPECT_EQ(cancel(job).error(), fail_as_over(job_state::completed).value());
}

TEST_F(Registry, OfTwoCancelsAtOnceOneWins) {
  start();
  const auto job = create();
  job_slot one;
  job_slot two;

  jobs->cancel({job->spec->id, {}, {}}, "one", one.callback());
  jobs->cancel({job->spec->id, {}, {}}, "two", two.callback());
  run();

  ASSERT_TRUE(one.value->has_value());
  EXPECT_EQ((**one.value)->outcome->error_text, "one");
  EXPECT_EQ(two.value->error().code, errc::conflict);
}

TEST_F(Registry, WaitIsAnsweredWhenJobEnds) {
  start();
  const auto job = create();
  job_slot slot;
  jobs->wait({job->spec->id, {}, {}}, 10s, slot.callback());
  run();
  advance(3s);
  EXPECT_EQ(slot.count, 0);
  EXPECT_EQ(health().waiters, 1u);

  runner->complete("done");
  run();

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->state, job_state::completed);
  advance(10s);
  EXPECT_EQ(slot.count, 1);
  EXPECT_EQ(health().waiters, 0u);
}

TEST_F(Registry, WaitIsAnsweredWithTheStateWhenItsTimeIsOver) {
  start();
  const auto job = create();
  job_slot slot;
  jobs->wait({job->spec->id, {}, {}}, 2s, slot.callback());
  run();

  advance(1999ms);
  EXPECT_EQ(slot.count, 0);
  advance(1ms);

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->state, job_state::processing);
}

TEST_F(Registry, SubmitWithWaitIsAnsweredOnceWhenJobEnds) {
  start();
  job_slot slot;
  jobs->submit(message(), 10s, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  runner->complete("done");
  run();

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->state, job_state::completed);
}

/// Symptom: the answer was the live job, as if its time were over.
TEST_F(Registry, WaitBeyondTheLimitIsRefusedAtOnce) {
  options.waiters_max = 2;
  start();
  const auto job = create();
  job_slot slots[3];

  for (auto& slot : slots)
    jobs->wait({job->spec->id, {}, {}}, 10s, slot.callback());
  run();

  EXPECT_EQ(slots[0].count, 0);
  EXPECT_EQ(slots[1].count, 0);
  ASSERT_EQ(slots[2].count, 1);
  EXPECT_EQ(slots[2].value->error().code, errc::capacity);
  EXPECT_EQ(slots[2].value->error().message, "too many calls are waiting (at most 2)");
}

TEST_F(Registry, CreationBeyondTheLimitOfWaitersIsAnsweredOnceTheJobIsThere) {
  options.waiters_max = 0;
  start();
  job_slot slot;

  jobs->submit(message(), 10s, slot.callback());
  run();

  ASSERT_EQ(slot.count, 1);
  EXPECT_FALSE(is_terminal((**slot.value)->state));
}

TEST_F(Registry, ListLimitIsChecked) {
  start();
  outcome_slot<result<job_page>> slot;
  job_query query;
  query.limit = 1001;

  jobs->list(query, slot.callback());
  run();

  EXPECT_EQ(slot.value->error().code, errc::invalid_argument);
}

} // namespace

} // namespace callboard::actors::test
