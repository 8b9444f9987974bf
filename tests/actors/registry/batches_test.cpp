// What goes to the store together, and when.

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

namespace {

/// So many changes are worth a message to the keeper of a store that is not durable.
constexpr int gathered_count = 256;

class Batches : public actor_test {
protected:
  void list() {
    jobs->list({}, [](const result<job_page>&) {});
    run();
  }
};

TEST_F(Batches, HoldOnlyTheNewestSnapshotOfEachJob) {
  is_durable = true;
  start();
  keeper.is_holding = true;
  job_slot first;
  job_slot second;
  jobs->submit(message(), 0ms, first.callback()); // alone in the batch that is then under way
  run();
  ASSERT_EQ(keeper.held.size(), 1u);
  jobs->submit(message(), 0ms, second.callback());
  run();
  runner->complete("first");
  runner->complete("second");
  run();
  ASSERT_EQ(keeper.held.size(), 1u) << "a second batch went out beside the first";

  release_batch({});

  ASSERT_EQ(keeper.held.size(), 1u);
  const auto& batch = *keeper.held.front().batch;
  ASSERT_EQ(batch.snapshots.size(), 2u);
  for (const auto& snapshot : batch.snapshots)
    EXPECT_EQ(snapshot->state, job_state::completed);
}

TEST_F(Batches, ListIsAskedAfterWhatWasAcknowledged) {
  start();
  keeper.is_holding = true;
  for (int i = 0; i < gathered_count; ++i)
    create();
  ASSERT_EQ(keeper.held.size(), 1u);
  const auto job = create();

  list();

  // The batch with the job went out before the question, though another was under way.
  ASSERT_EQ(keeper.lists.size(), 1u);
  ASSERT_FALSE(keeper.held.empty());
  bool is_sent = false;
  for (const auto& one : keeper.held)
    for (const auto& snapshot : one.batch->snapshots)
      is_sent = is_sent || snapshot->spec->id == job->spec->id;
  EXPECT_TRUE(is_sent);
}

TEST_F(Batches, StoreThatIsNotDurableIsWrittenToBeforeAList) {
  start();
  create();
  runner->complete("done");
  run();
  const auto second = create();
  EXPECT_TRUE(keeper.written.empty());

  list();

  ASSERT_EQ(keeper.written.size(), 1u);
  const auto& snapshots = keeper.written.front()->snapshots;
  ASSERT_EQ(snapshots.size(), 2u);
  EXPECT_EQ(snapshots.front()->state, job_state::completed);
  EXPECT_EQ(snapshots.back(), get(second).value());
}

TEST_F(Batches, StoreThatIsNotDurableIsWrittenToInPieces) {
  start();
  for (int i = 1; i < gathered_count; ++i)
    create();
  EXPECT_TRUE(keeper.written.empty());

  create();

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->snapshots.size(), std::size_t{gathered_count});
}

TEST_F(Batches, StoreThatIsNotDurableHasEverythingAtTheEnd) {
  start();
  create();
  runner->complete("done");
  run();
  EXPECT_TRUE(keeper.written.empty());

  drain(0ms);

  EXPECT_EQ(drained, 1);
  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->snapshots.front()->state, job_state::completed);
}

} // namespace

} // namespace callboard::actors::test
