#include "tests/actors/durable_test.hpp"

#include <optional>
#include <set>

namespace callboard::actors::test {

namespace {

class Durability : public durable_test {};

TEST_F(Durability, CreationIsAnsweredWhenItIsStored) {
  start_holding();
  job_slot slot;
  jobs->submit(message(), 0ms, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  release_batch({});

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->version, 1u);
}

TEST_F(Durability, TerminalStateIsShownWhenItIsStored) {
  start();
  const auto job = create();
  keeper.is_holding = true;
  job_slot waiting;
  jobs->wait({job->spec->id, {}, {}}, 60s, waiting.callback());
  runner->complete("done");
  run();
  EXPECT_EQ(state_of(job), job_state::processing);
  EXPECT_EQ(waiting.count, 0);

  release_batch({});

  EXPECT_EQ(state_of(job), job_state::completed);
  EXPECT_EQ(waiting.count, 1);
}

TEST_F(Durability, JobThatEndsBeforeItsCreationIsStoredIsAnsweredAsCreated) {
  runner->on_start
    = [](const task_ptr&, const completion& done) { done(agent_answer::complete("quick")); };
  start_holding();
  job_slot slot;
  jobs->submit(message(), 0ms, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  while (!keeper.held.empty())
    release_batch({});

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ((**slot.value)->state, job_state::pending);
  EXPECT_EQ(state_of(**slot.value), job_state::completed);
}

TEST_F(Durability, CreationThatCannotBeStoredIsRefusedAndItsTaskAborted) {
  start_holding();
  job_slot slot;
  jobs->submit(message(), 0ms, slot.callback());
  run();

  release_batch(tl::unexpected(error{errc::io, "disk full"}));

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ(slot.value->error(), (error{errc::unavailable, "jobs cannot be stored at the moment"}));
  EXPECT_EQ(runner->canceled.size(), 1u);
  EXPECT_EQ(health().live, 0u);
  EXPECT_EQ(health().store_fault, "disk full");
  EXPECT_EQ(refused().code, errc::unavailable);
}

TEST_F(Durability, JobWhoseCreationWasRefusedIsNeverStored) {
  start_holding();
  job_slot slots[3];
  for (auto& one : slots)
    jobs->submit(message(), 0ms, one.callback()); // the first goes alone, then the others together
  run();
  release_batch({});
  ASSERT_EQ(slots[0].count, 1);
  runner->complete("done"); // what has happened to the others since is gathering
  run();

  release_batch(tl::unexpected(error{errc::io, "disk full"}));
  ASSERT_EQ(slots[2].count, 1);
  ASSERT_FALSE(slots[1].value->has_value());
  advance(1s);

  ASSERT_EQ(keeper.held.size(), 1u);
  const auto kept = slots[0].value->value()->spec->id;
  for (const auto& snapshot : keeper.held.front().batch->snapshots)
    EXPECT_EQ(snapshot->spec->id, kept);
  release_batch({});
  EXPECT_TRUE(health().store_fault.empty());
}

TEST_F(Durability, WhatCouldNotBeStoredIsStoredWhenTheFaultIsGone) {
  start();
  const auto job = create();
  keeper.fault = error{errc::io, "disk full"};
  runner->complete("done");
  run();
  EXPECT_EQ(state_of(job), job_state::processing);
  EXPECT_FALSE(health().is_healthy);

  advance(5s);
  EXPECT_EQ(state_of(job), job_state::processing);
  keeper.fault.reset();
  advance(1s);

  EXPECT_EQ(state_of(job), job_state::completed);
  EXPECT_TRUE(health().is_healthy);
  create();
}

TEST_F(Durability, JobThatIsNotHeldIsAskedOfTheStore) {
  start();
  job_slot slot;

  jobs->get({*uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057"), {}, {}}, slot.callback());
  run();

  EXPECT_EQ(slot.count, 0);
  ASSERT_EQ(keeper.finds.size(), 1u);
}

TEST_F(Durability, CancelOfJobThatIsBeingStoredAsFinishedIsConflict) {
  start();
  const auto job = create();
  keeper.is_holding = true;
  runner->complete("done");
  run();
  job_slot slot;
  jobs->cancel({job->spec->id, {}, {}}, {}, slot.callback());
  run();
  EXPECT_EQ(slot.count, 0);

  release_batch({});

  ASSERT_EQ(slot.count, 1);
  EXPECT_EQ(slot.value->error(), fail_as_over(job_state::completed).value());
}

TEST_F(Durability, RunningTaskIsDeliveredAgainUnderItsId) {
  const auto job = stored(job_state::processing);
  live = {job};
  start();

  ASSERT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(runner->started.front()->id, job->tasks.front().id);
  EXPECT_EQ(runner->started.front()->attempt, 1u);
  runner->complete("after all");
  run();
  EXPECT_EQ(state_of(job), job_state::completed);
}

TEST_F(Durability, RestoredJobKeepsItsDeadline) {
  const auto job = stored(job_state::pending, 60s);
  live = {job};
  start();

  advance(49s);
  EXPECT_EQ(state_of(job), job_state::processing);
  advance(1001ms);
  EXPECT_EQ(state_of(job), job_state::timeout);
}

TEST_F(Durability, DeadlineThatPassedWhileDownTimesOutAtOnce) {
  const auto job = stored(job_state::processing, 5s);
  live = {job};
  start();

  EXPECT_EQ(state_of(job), job_state::timeout);
  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(get(job).value()->version, 3u);
}

TEST_F(Durability, JobWhoseAgentIsGoneFails) {
  const auto job = stored(job_state::pending);
  live = {job};
  info.id = *uuid::parse("00000000-0000-0000-0000-00000000000a");
  start();

  advance(1ms);

  EXPECT_EQ(state_of(job), job_state::failed);
}

TEST_F(Durability, StoreThatIsFreeIsGivenWhatThereIsAtOnce) {
  start_holding();
  create_stored();

  runner->complete("done");
  run();

  EXPECT_EQ(keeper.held.size(), 1u);
}

TEST_F(Durability, WhatComesDuringACommitGoesOutTogetherAfterIt) {
  start_holding();
  job_slot slots[3];
  for (auto& one : slots)
    jobs->submit(message(), 0ms, one.callback()); // the first goes alone
  run();
  ASSERT_EQ(keeper.held.size(), 1u);

  release_batch({});
  ASSERT_EQ(keeper.held.size(), 1u);
  release_batch({});

  EXPECT_EQ(slots[2].count, 1);
}

TEST_F(Durability, NextBatchGoesOutBeforeTheLastOneIsAnswered) {
  start_holding();
  job_slot first;
  job_slot second;
  std::optional<bool> was_sent;
  jobs->submit(message(), 0ms, [&](result<job_ptr> outcome) {
    was_sent = is_keeper_asked();
    first.callback()(std::move(outcome));
  });
  run();
  jobs->submit(message(), 0ms, second.callback());
  run();

  release_batch({});

  EXPECT_EQ(first.count, 1);
  EXPECT_EQ(was_sent, true);
  EXPECT_EQ(second.count, 0);
}

TEST_F(Durability, AnswerOfTheStoreComesBeforeWhatWaits) {
  start_holding();
  job_slot slots[5];
  jobs->submit(message(), 0ms, slots[0].callback());
  run();
  jobs->submit(message(), 0ms, slots[1].callback());
  run();
  // These wait when the answer comes: the next batch is without them.
  for (auto& one : {&slots[2], &slots[3], &slots[4]})
    jobs->submit(message(), 0ms, one->callback());
  begin_release({});
  step(true);
  run();

  ASSERT_EQ(keeper.held.size(), 1u);
  std::set<uuid> sent;
  for (const auto& snapshot : keeper.held.front().batch->snapshots)
    sent.insert(snapshot->spec->id);
  EXPECT_EQ(sent.size(), 2u); // the first has been begun since, the second created
  release_batch({});
  release_batch({});
  EXPECT_EQ(slots[4].count, 1);
}

TEST_F(Durability, DrainStoresWhatHasGathered) {
  start_holding();
  create_stored();
  runner->complete("done");
  run();

  begin_drain(10s);
  run();

  EXPECT_EQ(keeper.held.size(), 1u);
  release_batch({});
  EXPECT_EQ(drained, 1);
}

} // namespace

} // namespace callboard::actors::test
