#include "stores/sqlite/index_loader.hpp"
#include "stores/sqlite/lists/column_index.hpp"
#include "stores/sqlite/lists/index_cache.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"
#include "tests/stores/sqlite/tagged_jobs.hpp"
#include "tests/support/random_seed.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <thread>

namespace callboard::tests {

namespace {

using sqlite::column_index;
using sqlite::index_cache;

TEST(ColumnIndex, AfterAnyChangesItHoldsWhatIsThere) {
  const auto seed = test::random_seed();
  std::mt19937_64 random{seed};
  column_index tried;
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

TEST(ColumnIndex, NamesOfJobsThatAreGoneWearItOut) {
  column_index tried;
  for (std::uint32_t number = 0; number <= 100'000; ++number) {
    tried.put(*tagged_job(number, 1, job_state::pending, "tag-" + std::to_string(number)));
    EXPECT_FALSE(tried.is_worn());
    tried.erase(numbered_id(number));
  }

  EXPECT_TRUE(tried.is_worn());
}

TEST(IndexCache, WhatComesWhileOneIsLoadedIsInIt) {
  index_cache keeper{0};
  const auto number = keeper.begin_loading();
  ASSERT_TRUE(number);
  EXPECT_FALSE(keeper.begin_loading()) << "two at a time";
  auto loaded = std::make_unique<column_index>();
  loaded->put(*tagged_job(1, 1, job_state::pending));
  loaded->put(*tagged_job(2, 1, job_state::pending));
  const std::vector<job_ptr> changed{tagged_job(1, 2, job_state::failed)};
  const std::vector<uuid> erased{numbered_id(2)};
  keeper.begin_commit({changed, erased});
  keeper.end_commit(true);

  keeper.end_loading(*number, std::move(loaded));

  ASSERT_TRUE(keeper.current());
  for (const auto& each : keeper.take_missing().committed)
    keeper.current()->apply(each);
  EXPECT_EQ(keeper.current()->find(two_tags({job_state::failed})).matching, 1U);
  EXPECT_EQ(keeper.current()->find(two_tags()).matching, 1U);
}

TEST(IndexCache, OneIsWantedWhenAListHasMissedItUntilItIsLoaded) {
  index_cache keeper{0};
  EXPECT_FALSE(keeper.is_wanted());

  EXPECT_EQ(keeper.current(), nullptr);
  EXPECT_TRUE(keeper.is_wanted());

  const auto number = keeper.begin_loading();
  ASSERT_TRUE(number);
  EXPECT_FALSE(keeper.is_wanted());
  EXPECT_TRUE(keeper.is_loading(*number));

  keeper.end_loading(*number, std::make_unique<column_index>());
  EXPECT_FALSE(keeper.is_wanted());
  EXPECT_NE(keeper.current(), nullptr);
  EXPECT_FALSE(keeper.is_wanted());
}

TEST(IndexCache, FaultDropsItAndWantsAnother) {
  index_cache keeper{0};
  keeper.end_loading(*keeper.begin_loading(), std::make_unique<column_index>());

  keeper.begin_commit({});
  keeper.end_commit(false);

  EXPECT_TRUE(keeper.is_wanted());
  EXPECT_EQ(keeper.current(), nullptr);
}

TEST(IndexCache, LoadingIsStoppedByAFault) {
  index_cache keeper{0};
  const auto number = keeper.begin_loading();
  ASSERT_TRUE(number);

  keeper.begin_commit({});
  keeper.end_commit(false);

  EXPECT_FALSE(keeper.is_loading(*number));
  EXPECT_TRUE(keeper.is_wanted());
}

TEST(IndexCache, OneThatWasLoadedBeforeAFaultIsNotTaken) {
  index_cache keeper{0};
  const auto number = keeper.begin_loading();
  keeper.begin_commit({});
  keeper.end_commit(false);

  keeper.end_loading(*number, std::make_unique<column_index>());

  EXPECT_EQ(keeper.current(), nullptr);
}

TEST(IndexCache, CommitsBringItUpToDateWhileNoListHasTheTurn) {
  index_cache keeper{0};
  keeper.end_loading(*keeper.begin_loading(), std::make_unique<column_index>());
  const std::vector<job_ptr> first{tagged_job(1, 1, job_state::pending)};
  const std::vector<job_ptr> second{tagged_job(2, 1, job_state::pending)};
  const auto commit = [&](const std::vector<job_ptr>& snapshots) {
    keeper.begin_commit({snapshots, {}});
    keeper.end_commit(true);
  };

  {
    const auto turn = keeper.take_turn();
    std::thread{commit, std::cref(first)}.join();
    EXPECT_EQ(keeper.current()->find(two_tags()).matching, 0U);
  }
  commit(second);

  const auto turn = keeper.take_turn();
  ASSERT_TRUE(keeper.current());
  EXPECT_EQ(keeper.current()->find(two_tags()).matching, 2U);
  EXPECT_TRUE(keeper.take_missing().committed.empty());
}

class ColumnIndexLoad : public sqlite_test {
protected:
  ColumnIndexLoad() {
    std::vector<job_ptr> batch;
    for (std::uint32_t number = 1; number <= 30; ++number)
      batch.push_back(tagged_job(number, 1, job_state::pending, number % 3 == 0 ? "a" : "z"));
    batch.push_back(plain_message(31));
    expect_done(open()->commit(batch));
    db_ = sqlite::connection::open(path(), sqlite::access::read).value();
  }

  std::unique_ptr<sqlite::connection> db_;
};

TEST_F(ColumnIndexLoad, AllAgentJobsAreReadWithTheirTags) {
  const auto count = column_index::count_jobs(*db_);
  ASSERT_EQ(count.value(), 30U);

  const auto loaded = column_index::load(*db_, *count, [] { return true; });

  ASSERT_TRUE(loaded);
  ASSERT_TRUE(*loaded);
  EXPECT_EQ((*loaded)->size(), 30U);
  EXPECT_EQ((*loaded)->find(two_tags()).matching, 10U);
}

TEST_F(ColumnIndexLoad, LoadingCanBeGivenUp) {
  const auto loaded = column_index::load(*db_, 30, [] { return false; });

  ASSERT_TRUE(loaded);
  EXPECT_FALSE(*loaded);
}

TEST_F(ColumnIndexLoad, LoaderBringsOneForAListThatHasMissedIt) {
  index_cache keeper{0};
  sqlite::reader_pool readers{path(), nullptr};
  sqlite::index_loader loader{readers, keeper};

  loader.start(30);
  loader.wait();

  const auto turn = keeper.take_turn();
  ASSERT_TRUE(keeper.current());
  EXPECT_EQ(keeper.current()->size(), 30U);
}

TEST_F(ColumnIndexLoad, LoaderLoadsNothingThatIsNotWanted) {
  index_cache keeper{0};
  sqlite::reader_pool readers{path(), nullptr};
  sqlite::index_loader loader{readers, keeper};

  loader.load_if_wanted();
  loader.wait();

  EXPECT_EQ(keeper.current(), nullptr);
}

} // namespace

} // namespace callboard::tests
