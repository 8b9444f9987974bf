#include "tests/stores/store_contract.hpp"

#include <gmock/gmock.h>

namespace callboard::tests {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreCommit : public store_contract {};

INSTANTIATE_TEST_SUITE_P(All, StoreCommit, ::testing::ValuesIn(all_store_kinds()),
                         ::testing::PrintToStringParamName());

TEST_P(StoreCommit, JobIsFoundAsItWasCommitted) {
  const auto job = plain_message(1);

  commit({job});

  EXPECT_EQ(describe(find(numbered_id(1))), describe(job));
}

TEST_P(StoreCommit, UnknownIdIsFoundAsNull) {
  commit({plain_message(1)});

  EXPECT_EQ(find(numbered_id(2)), nullptr);
  EXPECT_EQ(find(uuid{}), nullptr);
}

TEST_P(StoreCommit, EmptyBatchIsNothing) {
  commit({});

  EXPECT_EQ(query({}).total, 0U);
}

TEST_P(StoreCommit, NewerVersionReplacesOlder) {
  const auto spec = plain_spec(job_kind::message, 1);
  commit({snapshot(spec, 1, job_state::pending)});

  commit({snapshot(spec, 3, job_state::completed)});

  EXPECT_EQ(find(spec->id)->version, 3U);
  EXPECT_EQ(find(spec->id)->state, job_state::completed);
}

// A start that finds that the clock was wrong computes again when a job must be over.
TEST_P(StoreCommit, TimesThatWereSetRightReplaceThoseOfTheCreation) {
  for (const auto kind : {job_kind::message, job_kind::agent}) {
    const auto number = static_cast<std::uint32_t>(kind) + 1;
    const auto spec = plain_spec(kind, number);
    spec->due_at = at_ms(0);
    spec->expires_at = at_ms(3000);
    job_query due_then;
    due_then.kind = kind;
    due_then.due_to = at_ms(-86'400'000);
    commit({snapshot(spec, 1, job_state::pending)});
    EXPECT_TRUE(query(due_then).jobs.empty());
    auto right = std::make_shared<job_spec>(*spec);
    right->due_at = at_ms(-86'400'000);
    right->expires_at = at_ms(-86'397'000);

    commit({snapshot(right, 2, job_state::processing)});
    commit({snapshot(right, 3, job_state::processing)});

    EXPECT_EQ(describe(find(spec->id)), describe(snapshot(right, 3, job_state::processing)));
    EXPECT_EQ(ids_of(query(due_then).jobs), std::vector{spec->id});
  }
}

TEST_P(StoreCommit, OlderVersionIsLeftOut) {
  const auto spec = plain_spec(job_kind::message, 1);
  commit({snapshot(spec, 3, job_state::completed)});

  commit({snapshot(spec, 2, job_state::processing)});
  commit({snapshot(spec, 1, job_state::pending)});

  EXPECT_EQ(find(spec->id)->version, 3U);
  EXPECT_EQ(find(spec->id)->state, job_state::completed);
}

TEST_P(StoreCommit, EqualVersionIsLeftOut) {
  const auto spec = plain_spec(job_kind::message, 1);
  commit({snapshot(spec, 2, job_state::completed)});

  commit({snapshot(spec, 2, job_state::failed)});

  EXPECT_EQ(find(spec->id)->state, job_state::completed);
}

TEST_P(StoreCommit, OlderVersionBesideNewJobsLeavesTheJobsIn) {
  const auto spec = plain_spec(job_kind::message, 1);
  commit({snapshot(spec, 3, job_state::completed)});

  commit({plain_message(2), snapshot(spec, 2, job_state::processing), plain_message(3)});

  EXPECT_EQ(find(spec->id)->version, 3U);
  EXPECT_NE(find(numbered_id(2)), nullptr);
  EXPECT_NE(find(numbered_id(3)), nullptr);
}

TEST_P(StoreCommit, SeveralVersionsInOneBatchLeaveTheNewest) {
  const auto spec = plain_spec(job_kind::message, 1);

  commit({snapshot(spec, 2, job_state::processing), snapshot(spec, 1, job_state::pending),
          snapshot(spec, 3, job_state::failed)});

  EXPECT_EQ(find(spec->id)->version, 3U);
  EXPECT_EQ(query({}).total, 1U);
}

TEST_P(StoreCommit, FirstSnapshotMayBeOfAnyVersionAndState) {
  const auto spec = plain_spec(job_kind::message, 1);

  commit({snapshot(spec, 9, job_state::timeout)});

  EXPECT_EQ(describe(find(spec->id)), describe(snapshot(spec, 9, job_state::timeout)));
}

TEST_P(StoreCommit, EveryJobOfALargeBatchIsFound) {
  std::vector<job_ptr> batch;
  for (std::uint32_t number = 1; number <= 3000; ++number)
    batch.push_back(plain_message(number));

  commit(batch);

  EXPECT_EQ(query({}).total, 3000U);
  for (const auto& job : batch)
    ASSERT_EQ(describe(find(job->spec->id)), describe(job));
}

TEST_P(StoreCommit, ErasedJobIsGone) {
  commit({plain_message(1), plain_message(2), plain_message(3)});

  erase({numbered_id(2)});

  EXPECT_EQ(find(numbered_id(2)), nullptr);
  EXPECT_THAT(ids_of(query({}).jobs), ElementsAre(numbered_id(3), numbered_id(1)));
}

TEST_P(StoreCommit, EraseIgnoresUnknownAndRepeatedIds) {
  commit({plain_message(1), plain_message(2)});

  erase({});
  erase({numbered_id(9), numbered_id(1), numbered_id(1), uuid{}});

  EXPECT_EQ(query({}).total, 1U);
  EXPECT_NE(find(numbered_id(2)), nullptr);
}

TEST_P(StoreCommit, ErasedJobMayComeBack) {
  const auto job = full_job(job_kind::agent, 1, job_state::completed);
  commit({job});
  erase({job->spec->id});

  commit({job});

  EXPECT_EQ(describe(find(job->spec->id)), describe(job));
  EXPECT_EQ(query({.kind = job_kind::agent}).total, 1U);
}

TEST_P(StoreCommit, LoadLiveGivesLiveJobsOfAllKindsOldestFirst) {
  commit({snapshot(plain_spec(job_kind::run, 4), 1, job_state::scheduled), plain_message(3),
          snapshot(plain_spec(job_kind::agent, 2), 1, job_state::processing),
          plain_message(5, job_state::completed), plain_message(6, job_state::failed),
          plain_message(7, job_state::timeout), plain_message(8, job_state::canceled),
          plain_message(1, job_state::processing)});

  const auto live = jobs().load_live(end_of_time);

  ASSERT_TRUE(live) << live.error().message;
  EXPECT_THAT(ids_of(*live),
              ElementsAre(numbered_id(1), numbered_id(2), numbered_id(3), numbered_id(4)));
}

TEST_P(StoreCommit, LoadLiveGivesTheNewestVersionInFull) {
  const auto job = full_job(job_kind::agent, 1, job_state::processing);
  commit({snapshot(job->spec, 1, job_state::pending)});
  commit({job});

  const auto live = jobs().load_live(end_of_time);

  ASSERT_TRUE(live) << live.error().message;
  ASSERT_EQ(live->size(), 1U);
  EXPECT_EQ(describe(live->front()), describe(job));
}

TEST_P(StoreCommit, LoadLiveOfAnEmptyStoreIsEmpty) {
  const auto live = jobs().load_live(end_of_time);

  ASSERT_TRUE(live) << live.error().message;
  EXPECT_THAT(*live, IsEmpty());
}

TEST_P(StoreCommit, OneCommitWritesAndForgets) {
  commit({plain_message(1), plain_message(2)});

  const auto done = jobs().commit(std::vector{plain_message(3)}, std::vector{numbered_id(1)});

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(find(numbered_id(1)), nullptr);
  EXPECT_NE(find(numbered_id(2)), nullptr);
  EXPECT_NE(find(numbered_id(3)), nullptr);
  EXPECT_EQ(query({}).total, 2U);
}

TEST_P(StoreCommit, JobThatOneCommitWritesAndForgetsIsGone) {
  const auto done = jobs().commit(std::vector{plain_message(1)}, std::vector{numbered_id(1)});

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(find(numbered_id(1)), nullptr);
  EXPECT_EQ(query({}).total, 0U);
}

} // namespace

} // namespace callboard::tests
