// Lists of a store that come from the column index, beside commits.

#include "stores/sqlite/sqlite_store.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"
#include "tests/stores/sqlite/tagged_jobs.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/support/patience.hpp"

#include <sqlite3.h>

#include <atomic>
#include <future>
#include <thread>

namespace callboard::tests {

namespace {

class ColumnIndexStore : public sqlite_test {
protected:
  std::unique_ptr<store> open_with(const char* vfs = nullptr) {
    auto opened = sqlite::open_store(
      {.path = path(), .sync = store_sync::full, .vfs = vfs, .scanned_max = 0});
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
};

TEST_F(ColumnIndexStore, ListsBesideCommitsAreOfOneMoment) {
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

/// A store with a column index of two jobs, while a commit is held.
class ColumnIndexStoreHeld : public ColumnIndexStore {
protected:
  ~ColumnIndexStoreHeld() override {
    held.let_go();
  }

  void begin_commit(faulty_vfs::place held_at, std::vector<job_ptr> changed,
                    std::vector<uuid> erased) {
    jobs = open_with(held.name());
    const std::vector<job_ptr> first{tagged_job(1, 1, job_state::pending),
                                     tagged_job(2, 1, job_state::pending)};
    ASSERT_TRUE(jobs->commit(first));
    ASSERT_EQ(jobs->query(two_tags())->matching, 2U);
    held.hold(held_at);
    writing = std::async(std::launch::async, [this, changed, erased] {
      return static_cast<store&>(*jobs).commit(changed, erased);
    });
    ASSERT_TRUE(held.wait_for_held());
  }

  /// The jobs of a state that a list finds while the commit is held.
  std::vector<uuid> listed(job_state state) {
    auto page = std::async(std::launch::async, [this, state] {
      const auto found = jobs->query(two_tags({state}));
      EXPECT_TRUE(found) << found.error().message;
      return found ? ids_of(found->jobs) : std::vector<uuid>{};
    });
    const auto is_answered = page.wait_for(test::patience) == std::future_status::ready;
    EXPECT_TRUE(is_answered) << "a list waits for the commit";
    if (!is_answered)
      held.let_go();
    return page.get();
  }

  void end_commit() {
    held.let_go();
    ASSERT_TRUE(writing.get());
  }

  // Before the store, which must be closed first.
  faulty_vfs held;
  std::unique_ptr<store> jobs;
  std::future<result<void>> writing;
};

TEST_F(ColumnIndexStoreHeld, ListsDoNotWaitForTheDisk) {
  begin_commit(faulty_vfs::place::sync,
               {tagged_job(1, 2, job_state::failed), tagged_job(3, 1, job_state::pending)}, {});

  EXPECT_EQ(listed(job_state::pending), (std::vector<uuid>{numbered_id(2), numbered_id(1)}));
  EXPECT_EQ(listed(job_state::failed), std::vector<uuid>{});

  end_commit();
  EXPECT_EQ(listed(job_state::pending), (std::vector<uuid>{numbered_id(3), numbered_id(2)}));
  EXPECT_EQ(listed(job_state::failed), std::vector<uuid>{numbered_id(1)});
}

TEST_F(ColumnIndexStoreHeld, ListsHaveWhatCanBeSeenBeforeItsCommitHasEnded) {
  begin_commit(faulty_vfs::place::end_of_write,
               {tagged_job(1, 2, job_state::failed), tagged_job(3, 1, job_state::pending)}, {});

  EXPECT_EQ(listed(job_state::pending), (std::vector<uuid>{numbered_id(3), numbered_id(2)}));
  EXPECT_EQ(listed(job_state::failed), std::vector<uuid>{numbered_id(1)});

  end_commit();
  EXPECT_EQ(listed(job_state::pending), (std::vector<uuid>{numbered_id(3), numbered_id(2)}));
}

TEST_F(ColumnIndexStoreHeld, JobsAreListedUntilTheirErasureCanBeSeen) {
  begin_commit(faulty_vfs::place::sync, {}, {numbered_id(1)});

  EXPECT_EQ(listed(job_state::pending), (std::vector<uuid>{numbered_id(2), numbered_id(1)}));

  end_commit();
  EXPECT_EQ(listed(job_state::pending), std::vector<uuid>{numbered_id(2)});
}

TEST_F(ColumnIndexStoreHeld, JobsAreNotListedWhenTheirErasureCanBeSeen) {
  begin_commit(faulty_vfs::place::end_of_write, {tagged_job(3, 1, job_state::pending)},
               {numbered_id(1), numbered_id(3)});

  EXPECT_EQ(listed(job_state::pending), std::vector<uuid>{numbered_id(2)});

  end_commit();
  EXPECT_EQ(listed(job_state::pending), std::vector<uuid>{numbered_id(2)});
}

TEST_F(ColumnIndexStore, RefusedCommitIsNotListed) {
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

TEST_F(ColumnIndexStore, JobsOfEarlierProcessesAreListed) {
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

TEST_F(ColumnIndexStore, ErasedJobsAreNotListed) {
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
