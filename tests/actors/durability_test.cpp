#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

constexpr auto sweep_size = 500u;

/// The registry with a store that keeps what it has acknowledged.
class Durability : public actor_test {
protected:
  void SetUp() override {
    is_durable = true;
  }

  void start_holding() {
    start();
    keeper.is_holding = true;
  }

  /// Creates a job by a commit that takes so long. What it did since is stored, too.
  job_ptr create_in(std::chrono::milliseconds took) {
    job_slot slot;
    jobs->submit(message(), 0ms, slot.callback());
    run();
    advance(took);
    release_batch({});
    EXPECT_EQ(slot.count, 1);
    // The agent has taken it meanwhile.
    advance(took);
    advance(took);
    release_batch({});
    return slot.value->value();
  }

  /// A job that is live in the store while no engine runs.
  job_ptr stored(job_state state, std::chrono::milliseconds limit = 60s) {
    // The virtual clock begins at this wall time.
    constexpr system_time now{1'800'000'000'000ms};
    auto spec = std::make_shared<job_spec>();
    spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    spec->organisation = "default";
    spec->agent_id = info.id;
    spec->content = "hello";
    spec->created_at = now - 10s;
    spec->due_at = spec->created_at;
    spec->expires_at = spec->due_at + limit;
    auto made = std::make_shared<callboard::job>();
    made->spec = spec;
    made->version = 2;
    made->state = state;
    made->updated_at = now - 9s;
    task_record task;
    task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
    task.state = state == job_state::processing ? task_state::running : task_state::waiting;
    task.created_at = spec->created_at;
    made->tasks.push_back(task);
    return made;
  }

  /// A message that ended so long ago, while no engine ran.
  job_ptr ended(std::chrono::milliseconds ago, std::uint8_t number = 0) {
    auto made = std::make_shared<callboard::job>(*stored(job_state::pending));
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->id.bytes.back() = number;
    constexpr system_time now{1'800'000'000'000ms};
    spec->created_at = spec->due_at = now - ago - 1s;
    spec->expires_at = spec->created_at + 1s;
    made->spec = spec;
    made->state = job_state::completed;
    made->finished_at = now - ago;
    made->outcome = std::make_shared<job_outcome>();
    return made;
  }
};

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
  EXPECT_EQ(slot.value->error(), (error{errc::conflict, "job is already completed"}));
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

  EXPECT_EQ(state_of(job), job_state::failed);
}

TEST_F(Durability, WhatNobodyWaitsForIsLeftToGatherForAsLongAsACommitTakes) {
  start_holding();
  create_in(4ms);

  runner->complete("done");
  run();
  EXPECT_TRUE(keeper.held.empty());
  advance(3ms);
  EXPECT_TRUE(keeper.held.empty());
  advance(1ms);
  EXPECT_EQ(keeper.held.size(), 1u);
}

TEST_F(Durability, CreationIsStoredAtOnceWhenAsManyWaitAsBefore) {
  start_holding();
  create_in(4ms);

  job_slot slot;
  jobs->submit(message(), 0ms, slot.callback());
  run();

  EXPECT_EQ(keeper.held.size(), 1u);
}

TEST_F(Durability, FewerCreationsThanBeforeWaitForOthersHalfACommit) {
  start_holding();
  create_in(1ms); // alone in its batch
  job_slot slots[3];
  for (auto& one : slots)
    jobs->submit(message(), 0ms, one.callback()); // the first goes alone, the others together
  run();
  release_batch({});
  advance(4ms);
  release_batch({});
  ASSERT_EQ(slots[2].count, 1);

  job_slot slot;
  jobs->submit(message(), 0ms, slot.callback());
  run();
  EXPECT_TRUE(keeper.held.empty());
  advance(2ms);
  EXPECT_EQ(keeper.held.size(), 1u);
}

TEST_F(Durability, EndThatSomebodyWaitsForIsStoredAtOnce) {
  start_holding();
  const auto job = create_in(4ms);
  job_slot before;
  jobs->wait({job->spec->id, {}, {}}, 60s, before.callback());
  run();

  runner->complete("done");
  run();

  EXPECT_EQ(keeper.held.size(), 1u);
}

TEST_F(Durability, EndThatIsGatheringIsStoredOnceSomebodyWaitsForIt) {
  start_holding();
  const auto job = create_in(4ms);
  runner->complete("done");
  run();
  EXPECT_TRUE(keeper.held.empty());

  job_slot slot;
  jobs->wait({job->spec->id, {}, {}}, 60s, slot.callback());
  run();

  ASSERT_EQ(keeper.held.size(), 1u);
  release_batch({});
  EXPECT_EQ(slot.count, 1);
}

TEST_F(Durability, DrainStoresWhatHasGathered) {
  start_holding();
  create_in(4ms);
  runner->complete("done");
  run();

  begin_drain(10s);
  run();

  EXPECT_EQ(keeper.held.size(), 1u);
  release_batch({});
  EXPECT_EQ(drained, 1);
}

TEST_F(Durability, FinishedMessagesAreHeldAgainAfterAStart) {
  const auto job = ended(10s);
  finished_messages = {job};
  start();

  EXPECT_EQ(get(job).value(), job);
  EXPECT_TRUE(keeper.finds.empty());
  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 1u);
  EXPECT_EQ(health().finished_messages[static_cast<std::size_t>(job_state::completed)], 0u);
}

TEST_F(Durability, RetentionGoesOnAfterAStart) {
  options.message_retention = 600s;
  const auto job = ended(590s);
  finished_messages = {job};
  start();

  advance(9s);
  EXPECT_TRUE(keeper.written.empty());
  advance(2s);

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->erased, std::vector{job->spec->id});
  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 0u);
}

TEST_F(Durability, FinishedMessagesCountForTheCapacityAfterAStart) {
  options.jobs_max = 2;
  finished_messages = {ended(20s, 1), ended(10s, 2)};
  start();

  create();

  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 1u);
  std::vector<uuid> erased;
  for (const auto& batch : keeper.written)
    erased.insert(erased.end(), batch->erased.begin(), batch->erased.end());
  EXPECT_EQ(erased, std::vector{finished_messages.front()->spec->id});
}

TEST_F(Durability, MoreThanFitsIsForgottenAtTheStart) {
  options.jobs_max = 2;
  finished_messages = {ended(30s, 1), ended(20s, 2), ended(20s, 3)};
  keeper.sweep_finds = {sweep_size, 0, 3};
  start();

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->erased, std::vector{finished_messages.front()->spec->id});
  // What is older than the oldest that was loaded goes, too, bit by bit.
  std::erase_if(keeper.sweeps, [](const auto& one) { return one.kind != job_kind::message; });
  ASSERT_EQ(keeper.sweeps.size(), 2u);
  for (const auto& one : keeper.sweeps)
    EXPECT_EQ(one.before, *finished_messages.front()->finished_at);
}

TEST_F(Durability, AgentJobsAreForgottenWhenTheirRetentionIsOver) {
  options.agent_job_retention = 1h;
  start();
  const auto at_start = keeper.sweeps;
  keeper.sweeps.clear();

  advance(61s);

  constexpr system_time base{1'800'000'000'000ms};
  ASSERT_EQ(at_start.size(), 1u);
  EXPECT_EQ(at_start.front().kind, job_kind::agent);
  EXPECT_EQ(at_start.front().before, base - 1h);
  EXPECT_EQ(at_start.front().limit, sweep_size);
  ASSERT_EQ(keeper.sweeps.size(), 1u);
  EXPECT_EQ(keeper.sweeps.front().before, base - 1h + 61s);
}

TEST_F(Durability, NothingIsForgottenWhileTheStoreFails) {
  start();
  keeper.fault = error{errc::io, "disk full"};
  refused();
  keeper.sweeps.clear();

  advance(61s);

  EXPECT_TRUE(keeper.sweeps.empty());
}

TEST_F(Durability, ManyErasedJobsGoInSeveralBatches) {
  options.message_retention = 60s;
  for (std::uint32_t number = 0; number < sweep_size + 1; ++number) {
    auto made = std::make_shared<callboard::job>(*ended(50s));
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->id.bytes[0] = static_cast<std::uint8_t>(number & 0xff);
    spec->id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    made->spec = spec;
    finished_messages.push_back(made);
  }
  start();

  advance(11s);

  std::size_t sum = 0;
  for (const auto& batch : keeper.written) {
    EXPECT_LE(batch->erased.size(), sweep_size);
    sum += batch->erased.size();
  }
  EXPECT_EQ(sum, sweep_size + 1);
}

} // namespace

} // namespace callboard::actors::test
