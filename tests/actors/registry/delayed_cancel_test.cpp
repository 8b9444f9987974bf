// Jobs that are canceled before their time has come.

#include "tests/actors/registry/delayed_fixture.hpp"

namespace callboard::actors::test {

namespace {

class ScheduledCancel : public scheduled_test {};

TEST_F(ScheduledCancel, JobIsCanceledBeforeItsTime) {
  start();
  const auto job = create(scheduled(5s));

  const auto canceled = cancel(job, "no longer needed");

  ASSERT_TRUE(canceled);
  EXPECT_EQ((*canceled)->state, job_state::canceled);
  EXPECT_EQ((*canceled)->outcome->error_text, "no longer needed");
  EXPECT_EQ((*canceled)->version, 2U);
  EXPECT_EQ(cancel(job).error().code, errc::conflict);
  advance(10s);
  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(health().live, 0U);
}

TEST_F(ScheduledCancel, WaitEndsWithTheCancel) {
  start();
  const auto job = create(scheduled(5s));
  job_slot waiting;
  jobs->wait({job->spec->id, {}, {}}, 60s, waiting.callback());
  run();
  EXPECT_EQ(waiting.count, 0);

  ASSERT_TRUE(cancel(job));

  ASSERT_EQ(waiting.count, 1);
  EXPECT_EQ((**waiting.value)->state, job_state::canceled);
}

TEST_F(ScheduledCancel, SecondCancelBeforeTheFirstIsStoredHearsConflict) {
  start_durable();
  const auto job = create(scheduled(5s));
  keeper.is_holding = true;
  job_slot first;
  job_slot second;
  jobs->cancel({job->spec->id, {}, {}}, "one", first.callback());
  jobs->cancel({job->spec->id, {}, {}}, "two", second.callback());
  run();
  advance(10s); // its time comes, and must not matter
  EXPECT_EQ(first.count + second.count, 0);

  keeper.is_holding = false;
  while (!keeper.held.empty())
    release_batch({});

  ASSERT_TRUE(first.value->has_value());
  EXPECT_EQ((**first.value)->outcome->error_text, "one");
  EXPECT_EQ(second.value->error().code, errc::conflict);
  EXPECT_TRUE(runner->started.empty());
}

TEST_F(ScheduledCancel, FarJobIsCanceled) {
  start_durable();
  const auto far = create(scheduled(std::chrono::days{30}));

  const auto canceled = cancel(far, "changed plans");

  ASSERT_TRUE(canceled);
  EXPECT_EQ((*canceled)->state, job_state::canceled);
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(keeper.kept.at(far->spec->id)->state, job_state::canceled);
  EXPECT_EQ(cancel(far).error().code, errc::conflict);
}

TEST_F(ScheduledCancel, OfTwoCancelsOfAFarJobOneWins) {
  start_durable();
  const auto far = create(scheduled(1h));
  job_slot first;
  job_slot second;
  jobs->cancel({far->spec->id, {}, {}}, "one", first.callback());
  jobs->cancel({far->spec->id, {}, {}}, "two", second.callback());

  run();

  EXPECT_TRUE(first.value->has_value());
  EXPECT_EQ(second.value->error().code, errc::conflict);
  EXPECT_EQ(keeper.fetches.size(), 1U);
}

TEST_F(ScheduledCancel, FarJobOfAnotherOrganisationIsNotCanceled) {
  start_durable();
  const auto far = create(scheduled(1h));
  job_slot slot;

  jobs->cancel({far->spec->id, {}, "another"}, {}, slot.callback());
  run();

  EXPECT_EQ(slot.value->error().code, errc::forbidden);
  EXPECT_EQ(keeper.kept.at(far->spec->id)->state, job_state::scheduled);
}

TEST_F(ScheduledCancel, FinishedJobThatOnlyTheStoreHoldsIsNotCanceled) {
  start_durable();
  auto ended = std::make_shared<callboard::job>(*create(scheduled(0s)));
  runner->complete("done");
  run();
  advance(10min);
  ended->state = job_state::completed;

  EXPECT_EQ(cancel(ended).error(), fail_as_over(job_state::completed).value());
}

TEST_F(ScheduledCancel, UnknownJobIsNotFound) {
  start_durable();
  job_slot slot;

  jobs->cancel({*uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057"), {}, {}}, {}, slot.callback());
  run();

  EXPECT_EQ(slot.value->error().code, errc::not_found);
}

} // namespace

} // namespace callboard::actors::test
