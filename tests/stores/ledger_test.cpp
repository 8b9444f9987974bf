#include "stores/sqlite/ledger.hpp"
#include "stores/sqlite/ledger_keeper.hpp"
#include "stores/sqlite/sqlite_store.hpp"
#include "tests/stores/sqlite_fixture.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/support/random_seed.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace callboard::tests {

namespace {

using sqlite::ledger;
using sqlite::ledger_keeper;

job_ptr tagged_job(std::uint32_t number, std::uint64_t version, job_state state,
                   const std::string& tag = "a") {
  auto spec = plain_spec(job_kind::agent, number);
  agent_job_fields fields;
  fields.job_type_id = "report";
  fields.tags = {tag};
  spec->agent_job = std::make_shared<const agent_job_fields>(fields);
  return snapshot(spec, version, state);
}

/// One that no index answers.
job_query two_tags(std::vector<job_state> states = {}) {
  return {.kind = job_kind::agent,
          .organisation = "default",
          .states = std::move(states),
          .tags = {"a", "b"},
          .counts_states = true};
}

TEST(Ledger, AfterAnyChangesItHoldsWhatIsThere) {
  const auto seed = test::random_seed();
  std::mt19937_64 random{seed};
  ledger tried;
  std::map<uuid, std::uint64_t> versions;
  for (int i = 0; i < 6'000; ++i) {
    // Few enough ids to come back, enough for the table of slots to grow.
    const auto number = static_cast<std::uint32_t>(random() % 2'000);
    if (random() % 3 == 0) {
      tried.erase(numbered_id(number));
      versions.erase(numbered_id(number));
    } else {
      const auto version = 1 + random() % 5;
      tried.put(*tagged_job(number, version, job_state::pending));
      auto& held = versions[numbered_id(number)];
      held = std::max(held, version);
    }
  }

  auto all = two_tags();
  all.limit = 5'000;
  const auto found = tried.find(all);

  std::vector<uuid> expected;
  for (const auto& [id, version] : versions)
    expected.push_back(id);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(found.ids, expected) << "seed " << seed;
  EXPECT_EQ(found.matching, expected.size());
}

TEST(Ledger, NamesOfJobsThatAreGoneWearItOut) {
  ledger tried;
  for (std::uint32_t number = 0; number <= 100'000; ++number) {
    tried.put(*tagged_job(number, 1, job_state::pending, "tag-" + std::to_string(number)));
    EXPECT_FALSE(tried.is_worn());
    tried.erase(numbered_id(number));
  }

  EXPECT_TRUE(tried.is_worn());
}

TEST(LedgerKeeper, WhatComesWhileOneIsLoadedIsInIt) {
  ledger_keeper keeper{0};
  const auto number = keeper.begin_loading();
  ASSERT_TRUE(number);
  EXPECT_FALSE(keeper.begin_loading());
  auto loaded = std::make_unique<ledger>();
  loaded->put(*tagged_job(1, 1, job_state::pending));
  loaded->put(*tagged_job(2, 1, job_state::pending));
  const std::vector<job_ptr> changed{tagged_job(1, 2, job_state::failed)};
  const std::vector<uuid> erased{numbered_id(2)};
  keeper.note(changed, erased);

  keeper.end_loading(*number, std::move(loaded));

  ASSERT_TRUE(keeper.current());
  EXPECT_EQ(keeper.current()->find(two_tags({job_state::failed})).matching, 1U);
  EXPECT_EQ(keeper.current()->find(two_tags()).matching, 1U);
}

TEST(LedgerKeeper, OneThatWasLoadedBeforeAFaultIsNotTaken) {
  ledger_keeper keeper{0};
  const auto number = keeper.begin_loading();
  keeper.forget();

  keeper.end_loading(*number, std::make_unique<ledger>());

  EXPECT_EQ(keeper.current(), nullptr);
}

class LedgerStore : public sqlite_test {
protected:
  std::unique_ptr<store> open_with(const char* vfs = nullptr) {
    auto opened = sqlite::open_store(
      {.path = path(), .sync = store_sync::full, .vfs = vfs, .scanned_max = 0});
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
};

TEST_F(LedgerStore, ListsBesideCommitsAreOfOneMoment) {
  // All jobs go from state to state together, and one more is there each time.
  constexpr std::uint32_t count = 40;
  constexpr std::uint64_t rounds = 40;
  const auto jobs = open_with();
  const auto commit_round = [&](std::uint64_t round) {
    std::vector<job_ptr> batch;
    for (std::uint32_t number = 1; number <= count; ++number)
      batch.push_back(
        tagged_job(number, round, round % 2 == 0 ? job_state::pending : job_state::processing));
    batch.push_back(tagged_job(1'000 + static_cast<std::uint32_t>(round), 1, job_state::failed));
    ASSERT_TRUE(jobs->commit(batch));
  };
  commit_round(1);
  std::atomic<bool> is_done = false;
  std::vector<std::thread> readers;
  for (const auto state : {job_state::pending, job_state::processing})
    readers.emplace_back([&, state] {
      std::size_t failed = 0;
      do {
        const auto page = jobs->query(two_tags({state}));
        ASSERT_TRUE(page);
        ASSERT_TRUE(page->matching == 0 || page->matching == count);
        ASSERT_EQ(page->jobs.size(), page->matching);
        for (const auto& job : page->jobs)
          ASSERT_EQ(job->state, state);
        const auto now_failed = page->by_state[static_cast<std::size_t>(job_state::failed)];
        ASSERT_EQ(page->total, count + now_failed);
        ASSERT_GE(now_failed, failed);
        failed = now_failed;
      } while (!is_done);
    });

  for (std::uint64_t round = 2; round <= rounds; ++round)
    commit_round(round);
  is_done = true;
  for (auto& reader : readers)
    reader.join();

  EXPECT_EQ(jobs->query(two_tags())->matching, count + rounds);
}

TEST_F(LedgerStore, RefusedCommitIsNotListed) {
  faulty_vfs shaky;
  const auto jobs = open_with(shaky.name());
  const std::vector<job_ptr> first{tagged_job(1, 1, job_state::pending)};
  const std::vector<job_ptr> second{tagged_job(2, 1, job_state::pending)};
  const std::vector<job_ptr> third{tagged_job(3, 1, job_state::pending)};
  ASSERT_TRUE(jobs->commit(first));
  EXPECT_EQ(jobs->query(two_tags())->matching, 1U);
  shaky.fail({.on = faulty_vfs::operation::sync, .code = SQLITE_IOERR_FSYNC});
  ASSERT_FALSE(jobs->commit(second));
  EXPECT_GE(shaky.faults(), 1);

  ASSERT_TRUE(jobs->commit(third));

  EXPECT_EQ(ids_of(jobs->query(two_tags())->jobs),
            (std::vector<uuid>{numbered_id(3), numbered_id(1)}));
}

TEST_F(LedgerStore, JobsOfEarlierProcessesAreListed) {
  {
    const auto jobs = open_with();
    const std::vector<job_ptr> batch{tagged_job(1, 3, job_state::completed),
                                     tagged_job(2, 1, job_state::pending, "b"),
                                     tagged_job(3, 1, job_state::pending, "c")};
    ASSERT_TRUE(jobs->commit(batch));
  }
  const auto jobs = open_with();

  EXPECT_EQ(ids_of(jobs->query(two_tags())->jobs),
            (std::vector<uuid>{numbered_id(2), numbered_id(1)}));
  const std::vector<job_ptr> older{tagged_job(1, 2, job_state::pending)};
  ASSERT_TRUE(jobs->commit(older));
  EXPECT_EQ(jobs->query(two_tags({job_state::completed}))->matching, 1U);
}

TEST_F(LedgerStore, ErasedJobsAreNotListed) {
  const auto jobs = open_with();
  const std::vector<job_ptr> batch{tagged_job(1, 1, job_state::completed),
                                   tagged_job(2, 1, job_state::completed, "b"),
                                   tagged_job(3, 1, job_state::pending)};
  ASSERT_TRUE(jobs->commit(batch));
  EXPECT_EQ(jobs->query(two_tags())->matching, 3U);

  const std::vector<uuid> erased{numbered_id(1)};
  ASSERT_TRUE(jobs->erase(erased));
  ASSERT_EQ(jobs->erase_finished(job_kind::agent, end_of_time, 10), 1U);

  EXPECT_EQ(ids_of(jobs->query(two_tags())->jobs), std::vector<uuid>{numbered_id(3)});
}

} // namespace

} // namespace callboard::tests
