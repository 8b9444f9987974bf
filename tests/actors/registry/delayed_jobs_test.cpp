#include "tests/actors/registry/delayed_fixture.hpp"

namespace callboard::actors::test {

namespace {

class Scheduled : public scheduled_test {};

TEST_F(Scheduled, JobCostsNoActorBeforeItsTime) {
  start();
  const auto before = actors_running();

  const auto near = create(scheduled(5s));
  create(scheduled(std::chrono::days{30}));

  EXPECT_EQ(near->state, job_state::scheduled);
  EXPECT_EQ(actors_running(), before);
  EXPECT_EQ(health().live, 2U);
}

TEST_F(Scheduled, JobBeginsWhenItIsDue) {
  start();
  const auto job = create(scheduled(5s));
  advance(4999ms);
  EXPECT_EQ(state_of(job), job_state::scheduled);
  EXPECT_TRUE(runner->started.empty());

  advance(1ms);

  EXPECT_EQ(state_of(job), job_state::processing);
  ASSERT_EQ(runner->started.size(), 1U);
  EXPECT_EQ(runner->started.front()->kind, task_kind::start);
  runner->complete("done");
  run();
  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(Scheduled, TimeLimitCountsFromWhenTheJobIsDue) {
  start();
  const auto job = create(scheduled(1h, 10s));
  advance(1h);
  EXPECT_EQ(state_of(job), job_state::processing);

  advance(10s);

  EXPECT_EQ(state_of(job), job_state::timeout);
}

TEST_F(Scheduled, WithoutAStoreThatKeepsItTheJobFailsAtTheEnd) {
  start();
  const auto job = create(scheduled(5s));

  drain(0ms);

  EXPECT_EQ(drained, 1);
  const auto end = get(job).value();
  EXPECT_EQ(end->state, job_state::failed);
  EXPECT_EQ(end->outcome->error_code, "shutdown");
}

TEST_F(Scheduled, FarJobIsLeftToTheStore) {
  start_durable();
  const auto far = create(scheduled(1h));
  const auto near = create(scheduled(9min));
  keeper.finds.clear();

  job_slot slot;
  jobs->get({far->spec->id, {}, {}}, slot.callback());
  run();

  EXPECT_EQ(keeper.finds.size(), 1U) << "held in memory";
  EXPECT_EQ(state_of(near), job_state::scheduled);
  EXPECT_EQ(keeper.finds.size(), 1U);
  EXPECT_EQ(held(), 2U);
  keeper.finds.front()->done(far);
}

TEST_F(Scheduled, FarJobComesBackInTime) {
  start_durable();
  const auto far = create(scheduled(1h));
  advance_minutes(59);
  EXPECT_TRUE(runner->started.empty());
  advance(59s);
  EXPECT_TRUE(runner->started.empty());

  advance(1s);

  ASSERT_EQ(runner->started.size(), 1U);
  EXPECT_EQ(runner->started.front()->job->spec->id, far->spec->id);
  EXPECT_EQ(held(), 1U);
}

TEST_F(Scheduled, ClockThatIsSetForwardIsNoticedWithinASecond) {
  start();
  const auto job = create(scheduled(1h));
  advance(10s);

  *clock_error = 1h - 12s;
  advance(1s);
  EXPECT_EQ(state_of(job), job_state::scheduled);
  advance(1s);

  EXPECT_EQ(state_of(job), job_state::processing);
  EXPECT_EQ(runner->started.size(), 1U);
}

TEST_F(Scheduled, DeadlineThatPassesWithTheClockEndsTheJobBeforeItBegins) {
  start();
  const auto job = create(scheduled(1h, 10s));
  advance(10s);

  *clock_error = 2h;
  advance(1s);

  EXPECT_EQ(state_of(job), job_state::timeout);
  EXPECT_TRUE(runner->started.empty());
}

TEST_F(Scheduled, JobWaitsForAClockThatIsSetBack) {
  start();
  const auto job = create(scheduled(10s));
  advance(5s);

  *clock_error = -1h;
  advance(6s);
  EXPECT_EQ(state_of(job), job_state::scheduled);
  advance(1h);

  EXPECT_EQ(state_of(job), job_state::processing);
}

TEST_F(Scheduled, FarJobComesBackWhenTheClockIsSetForward) {
  start_durable();
  const auto job = create(scheduled(5h));
  advance(10s);
  EXPECT_TRUE(keeper.loads.empty());

  *clock_error = 5h - 12s;
  advance(1s);
  EXPECT_TRUE(runner->started.empty());
  advance(1s);

  ASSERT_EQ(runner->started.size(), 1U);
  EXPECT_EQ(runner->started.front()->job->spec->id, job->spec->id);
}

TEST_F(Scheduled, MoreJobsThanFitAPageComeBack) {
  options.live_jobs_max = 2000;
  info.concurrency = 2000;
  start_durable();
  for (int i = 0; i < 1201; ++i)
    create(scheduled(1h));
  const auto actors = actors_running();

  advance_minutes(60);

  EXPECT_EQ(runner->started.size(), 1201U);
  EXPECT_EQ(actors_running(), actors + 1201);
  EXPECT_EQ(held(), 1201U);
}

TEST_F(Scheduled, WaitForAFarJobLastsAndLeavesNothingBehind) {
  start_durable();
  const auto far = create(scheduled(1h));
  job_slot slot;
  jobs->wait({far->spec->id, {}, {}}, 60s, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);
  advance(60s);
  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->state, job_state::scheduled);

  keeper.finds.clear();
  job_slot again;
  jobs->get({far->spec->id, {}, {}}, again.callback());
  run();

  EXPECT_EQ(keeper.finds.size(), 1U) << "still held in memory";
  EXPECT_EQ(held(), 1U);
  keeper.finds.front()->done(far);
}

TEST_F(Scheduled, JobsThatTheStoreHoldsCountAsLive) {
  options.live_jobs_max = 3;
  delayed = core::organisation_counts{{{"default", 2}}};
  start_durable();
  create(scheduled(1h));

  EXPECT_EQ(refused(scheduled(1h)).code, errc::capacity);
  EXPECT_EQ(refused().code, errc::capacity);
  EXPECT_EQ(health().live, 3U);
}

TEST_F(Scheduled, JobsThatTheStoreHoldsCountForTheirOrganisation) {
  options.live_jobs_per_organisation_max = 3;
  delayed = core::organisation_counts{{{"default", 2}, {"other", 3}}};
  start_durable();
  create(scheduled(std::chrono::days{30}));
  ASSERT_EQ(health().live, 6U);

  EXPECT_EQ(refused(scheduled(1h)).message, "Job capacity of the organization reached (3 jobs)");
  auto of_other = scheduled(1h);
  of_other.organisation = "other";
  EXPECT_EQ(refused(of_other).code, errc::capacity);
  of_other.organisation = "third";
  create(of_other);
  EXPECT_EQ(health().live, 7U);
}

TEST_F(Scheduled, JobOfAnEarlierRunComesBackAndCountsOnce) {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  spec->kind = job_kind::agent;
  spec->organisation = "default";
  spec->agent_id = info.id;
  spec->agent_job = std::make_shared<const agent_job_fields>();
  spec->created_at = wall_start - 1h;
  spec->due_at = wall_start + 30min;
  spec->expires_at = spec->due_at + 1h;
  auto kept = std::make_shared<callboard::job>();
  kept->spec = spec;
  kept->version = 1;
  kept->state = job_state::scheduled;
  keeper.kept[spec->id] = kept;
  delayed = core::organisation_counts{{{"default", 1}}};
  start_durable();
  EXPECT_EQ(health().live, 1U);

  advance_minutes(30);

  EXPECT_EQ(runner->started.size(), 1U);
  EXPECT_EQ(health().live, 1U);
}

TEST_F(Scheduled, StoreThatCannotBeReadIsAskedAgain) {
  start_durable();
  create(scheduled(12min));
  keeper.load_fault = error{errc::io, "cannot read"};
  advance_minutes(8);
  EXPECT_GT(keeper.loads.size(), 2U);
  keeper.load_fault.reset();

  advance_minutes(4);

  EXPECT_EQ(runner->started.size(), 1U);
}

TEST_F(Scheduled, CreationThatCannotBeStoredLeavesNothing) {
  start_durable();
  keeper.is_holding = true;
  job_slot slot;
  jobs->submit(scheduled(1h), 0ms, slot.callback());
  run();

  release_batch(tl::unexpected(error{errc::io, "disk full"}));

  EXPECT_EQ(slot.value->error().code, errc::unavailable);
  EXPECT_EQ(health().live, 0U);
}

TEST_F(Scheduled, DrainLeavesJobsToTheNextStart) {
  start_durable();
  const auto job = create(scheduled(5s));

  drain(0ms);

  EXPECT_EQ(drained, 1);
  EXPECT_EQ(cancel(job).error().code, errc::unavailable);
  advance(10s);
  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(keeper.kept.at(job->spec->id)->state, job_state::scheduled);
}

} // namespace

} // namespace callboard::actors::test
