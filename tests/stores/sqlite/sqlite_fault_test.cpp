#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

namespace callboard::tests {

namespace {

using operation = faulty_vfs::operation;
using file = faulty_vfs::file;
using ::testing::HasSubstr;

/// Jobs are told apart by number.
class SqliteFault : public sqlite_test {
protected:
  static result<void> commit(store& jobs, std::uint32_t number) {
    return jobs.commit(std::vector{plain_message(number)});
  }

  static bool has(store& jobs, std::uint32_t number) {
    return version_in(jobs, numbered_id(number)) > 0;
  }

  /// Commits a batch so large that the log is copied into the database after it.
  static void commit_large(store& jobs, std::uint32_t first_number) {
    std::vector<job_ptr> batch;
    for (std::uint32_t number = first_number; number < first_number + large_batch; ++number) {
      auto spec = plain_spec(job_kind::message, number);
      spec->content = std::string(50'000, 'x');
      batch.push_back(snapshot(spec, 1, job_state::pending));
    }
    expect_done(jobs.commit(batch));
  }

  static constexpr std::uint32_t large_batch = 20;

  // Before the stores, which must be closed first.
  faulty_vfs vfs;
};

TEST_F(SqliteFault, FullDiskRefusesWritesUntilThereIsRoom) {
  const auto jobs = open_on(vfs);
  expect_done(commit(*jobs, 1));
  vfs.fail({.on = operation::write, .code = SQLITE_FULL, .times = faulty_vfs::always});

  EXPECT_THAT(expect_refused(commit(*jobs, 2)), HasSubstr("full"));
  EXPECT_THAT(expect_refused(jobs->erase(std::vector{numbered_id(1)})), HasSubstr("full"));
  EXPECT_TRUE(has(*jobs, 1));
  EXPECT_FALSE(has(*jobs, 2));
  EXPECT_GE(vfs.faults(), 2);

  vfs.heal();
  expect_done(commit(*jobs, 3));
  EXPECT_TRUE(has(*jobs, 1));
  EXPECT_TRUE(has(*jobs, 3));
  EXPECT_EQ(jobs->query({})->total, 2U);
}

TEST_F(SqliteFault, EmptyCommitTellsWhetherWritingWorksAgain) {
  const auto jobs = open_on(vfs);
  vfs.fail({.on = operation::write, .code = SQLITE_FULL, .times = faulty_vfs::always});
  expect_refused(commit(*jobs, 1));

  expect_refused(jobs->commit({}));
  vfs.heal();
  expect_done(jobs->commit({}));
  const auto syncs = vfs.syncs();
  expect_done(jobs->commit({}));

  EXPECT_EQ(vfs.syncs(), syncs) << "in good health it costs nothing";
}

TEST_F(SqliteFault, DiskFullInTheMiddleOfABatchWritesNothingOfIt) {
  const auto jobs = open_on(vfs);
  std::vector<job_ptr> batch;
  for (std::uint32_t number = 1; number <= 200; ++number) {
    auto spec = plain_spec(job_kind::message, number);
    spec->content = std::string(10'000, 'x');
    batch.push_back(snapshot(spec, 1, job_state::pending));
  }
  vfs.fail({.on = operation::write, .code = SQLITE_FULL, .after = 8, .times = faulty_vfs::always});

  expect_refused(jobs->commit(batch));

  EXPECT_GE(vfs.faults(), 1);
  vfs.heal();
  EXPECT_EQ(jobs->query({})->total, 0U);
  expect_done(jobs->commit(batch));
  EXPECT_EQ(jobs->query({})->total, 200U);
}

TEST_F(SqliteFault, FailedSyncRefusesItsCommitAndTheNextOneWorks) {
  auto jobs = open_on(vfs);
  expect_done(commit(*jobs, 1));
  vfs.fail({.on = operation::sync, .code = SQLITE_IOERR_FSYNC});

  expect_refused(commit(*jobs, 2));
  EXPECT_EQ(vfs.faults(), 1);
  expect_done(commit(*jobs, 3));

  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(has(*jobs, 1));
    EXPECT_FALSE(has(*jobs, 2));
    EXPECT_TRUE(has(*jobs, 3));
    EXPECT_EQ(jobs->query({})->total, 2U);
    jobs.reset();
    jobs = open();
  }
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteFault, RefusedJobDoesNotTurnUpWhenTheLogIsPlayedBack) {
  // The disk fails when all of the commit is in the log: whoever plays it back finds it.
  const auto jobs = open_on(vfs);
  const auto kept = plain_spec(job_kind::message, 1);
  expect_done(jobs->commit(std::vector{snapshot(kept, 1, job_state::pending)}));
  vfs.fail({.on = operation::sync, .code = SQLITE_IOERR_FSYNC, .times = faulty_vfs::always});
  const auto refused
    = std::vector{snapshot(kept, 2, job_state::completed), plain_message(2), plain_message(3)};
  expect_refused(jobs->commit(refused));
  ASSERT_TRUE(has(*jobs, 2)) << "the fault that this test is about does not occur any more";

  vfs.heal();
  expect_done(commit(*jobs, 4));

  EXPECT_FALSE(has(*jobs, 2));
  EXPECT_FALSE(has(*jobs, 3));
  EXPECT_TRUE(has(*jobs, 1));
  EXPECT_EQ(jobs->query({})->total, 2U);
}

TEST_F(SqliteFault, RefusedJobMayBeCommittedAgain) {
  const auto jobs = open_on(vfs);
  vfs.fail({.on = operation::sync, .code = SQLITE_IOERR_FSYNC, .times = faulty_vfs::always});
  expect_refused(commit(*jobs, 1));
  expect_refused(commit(*jobs, 1));
  vfs.heal();

  expect_done(commit(*jobs, 1));

  EXPECT_TRUE(has(*jobs, 1));
}

TEST_F(SqliteFault, RefusedSnapshotAndErasureAreWrittenTheNextTime) {
  const auto jobs = open_on(vfs);
  const auto spec = plain_spec(job_kind::message, 1);
  expect_done(jobs->commit(std::vector{snapshot(spec, 1, job_state::pending)}));
  expect_done(commit(*jobs, 2));
  const std::vector newer{snapshot(spec, 2, job_state::completed)};
  const std::vector gone{numbered_id(2)};
  vfs.fail({.on = operation::write, .code = SQLITE_FULL, .times = faulty_vfs::always});
  expect_refused(jobs->commit(newer, gone));
  vfs.heal();

  expect_done(jobs->commit(newer, gone));

  EXPECT_EQ(version_in(*jobs, spec->id), 2U);
  EXPECT_FALSE(has(*jobs, 2));
}

TEST_F(SqliteFault, FailedWriteRefusesItsCommitAndTheNextOneWorks) {
  const auto jobs = open_on(vfs);
  expect_done(commit(*jobs, 1));
  vfs.fail({.on = operation::write, .code = SQLITE_IOERR_WRITE});

  expect_refused(commit(*jobs, 2));
  EXPECT_EQ(vfs.faults(), 1);
  expect_done(commit(*jobs, 2));

  EXPECT_TRUE(has(*jobs, 1));
  EXPECT_TRUE(has(*jobs, 2));
}

TEST_F(SqliteFault, WhereverTheDiskFailsConfirmedJobsAreKeptAndRefusedOnesAreNot) {
  // The fault moves through all operations of a few commits; what was answered must be what a fresh
  // look at the file finds.
  struct way {
    operation on;
    int code;
  };
  for (const auto& tried :
       {way{operation::write, SQLITE_IOERR_WRITE}, way{operation::write, SQLITE_FULL},
        way{operation::sync, SQLITE_IOERR_FSYNC}}) {
    int faults = 0;
    for (int after = 0; faults == after; ++after) {
      const temp_dir fresh;
      faulty_vfs shaky;
      std::vector<bool> is_confirmed;
      {
        const auto opened
          = sqlite::open_store({.path = fresh.path() / "jobs.db", .vfs = shaky.name()});
        ASSERT_TRUE(opened) << opened.error().message;
        shaky.fail({.on = tried.on, .code = tried.code, .after = after});
        for (std::uint32_t number = 1; number <= 3; ++number)
          is_confirmed.push_back(commit(**opened, number).has_value());
        faults += shaky.faults();
      }
      const auto jobs = open_sqlite_store({.path = fresh.path() / "jobs.db"}).value();
      for (std::uint32_t number = 1; number <= 3; ++number)
        EXPECT_EQ(has(*jobs, number), is_confirmed[number - 1]) << number << " after " << after;
    }
    EXPECT_GE(faults, 3);
  }
}

TEST_F(SqliteFault, DatabaseThatLacksConfirmedJobsIsRefusedUntilItHasThem) {
  const auto jobs = open_on(vfs);
  expect_done(commit(*jobs, 1));
  const auto old = directory() / "old.db";
  ask("VACUUM INTO '" + old.string() + "'");
  expect_done(commit(*jobs, 2));
  vfs.fail({.on = operation::sync, .code = SQLITE_IOERR_FSYNC});
  expect_refused(commit(*jobs, 3));
  const auto right = directory() / "right.db";
  ask("VACUUM INTO '" + right.string() + "'");

  // What a disk that lied, or somebody with a backup, can do.
  std::filesystem::copy_file(old, path(), std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(path().string() + "-wal");
  std::filesystem::remove(path().string() + "-shm");

  EXPECT_THAT(expect_refused(commit(*jobs, 4)), HasSubstr("lost"));
  EXPECT_THAT(expect_refused(jobs->commit({})), HasSubstr("lost"));
  std::filesystem::copy_file(right, path(), std::filesystem::copy_options::overwrite_existing);
  expect_done(commit(*jobs, 5));
  EXPECT_TRUE(has(*jobs, 2));
}

TEST_F(SqliteFault, DeletedDatabaseIsNoticedAndNotMadeAnew) {
  const auto jobs = open();
  expect_done(commit(*jobs, 1));
  std::filesystem::remove(path());

  EXPECT_THAT(expect_refused(commit(*jobs, 2)), HasSubstr("moved or deleted"));
  expect_refused(commit(*jobs, 3));

  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteFault, DatabaseThatWasAwayForAWhileKeepsWhatWasConfirmed) {
  const auto jobs = open();
  expect_done(commit(*jobs, 1));
  const auto elsewhere = directory() / "elsewhere.db";
  std::filesystem::rename(path(), elsewhere);
  expect_refused(commit(*jobs, 2));
  std::filesystem::rename(elsewhere, path());

  expect_done(commit(*jobs, 3));

  EXPECT_TRUE(has(*jobs, 1));
  EXPECT_FALSE(has(*jobs, 2));
  EXPECT_TRUE(has(*jobs, 3));
}

TEST_F(SqliteFault, FaultWhileTheLogIsCopiedLosesNothing) {
  for (const auto on : {operation::write, operation::sync}) {
    auto jobs = open_on(vfs, store_sync::normal);
    const auto before = vfs.faults();
    vfs.fail({.on = on, .of = file::database, .code = SQLITE_IOERR_WRITE});

    commit_large(*jobs, 1'000);
    expect_done(commit(*jobs, 1));

    EXPECT_EQ(vfs.faults(), before + 1);
    EXPECT_EQ(jobs->query({})->total, large_batch + 1);
    expect_done(jobs->erase(ids_of(jobs->query({})->jobs)));
    jobs.reset();
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  }
}

TEST_F(SqliteFault, FailedReadIsAnErrorAndTheNextOneWorks) {
  const auto jobs = open_on(vfs);
  expect_done(commit(*jobs, 1));
  vfs.fail({.on = operation::read, .code = SQLITE_IOERR_READ, .times = faulty_vfs::always});

  const auto found = jobs->find(numbered_id(1));
  const auto page = jobs->query({});
  const auto live = jobs->load_live(end_of_time);

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::io);
  EXPECT_FALSE(page);
  EXPECT_FALSE(live);
  EXPECT_GE(vfs.faults(), 3);
  vfs.heal();
  EXPECT_TRUE(has(*jobs, 1));
}

TEST_F(SqliteFault, FullSyncKeepsEveryConfirmedJobThroughALossOfPower) {
  const auto jobs = open_on(vfs, store_sync::full);
  for (std::uint32_t number = 1; number <= 8; ++number) {
    if (number == 6)
      commit_large(*jobs, 1'000);
    expect_done(commit(*jobs, number));
    const temp_dir rest;
    vfs.save_synced(rest.path());

    auto after = open_sqlite_store({.path = rest.path() / "jobs.db"}).value();

    EXPECT_EQ(after->query({})->total, number + (number >= 6 ? large_batch : 0));
    for (std::uint32_t kept = 1; kept <= number; ++kept)
      EXPECT_TRUE(has(*after, kept)) << kept << " of " << number;
    after.reset();
    EXPECT_EQ(ask(rest.path() / "jobs.db", "PRAGMA integrity_check"), "ok");
  }
}

TEST_F(SqliteFault, NormalSyncDoesNotWaitForTheDisk) {
  // With a log of the usual length: copying it waits for the disk.
  const auto jobs
    = sqlite::open_store({.path = path(), .sync = store_sync::normal, .vfs = vfs.name()}).value();
  expect_done(commit(*jobs, 1));
  const auto syncs = vfs.syncs();

  for (std::uint32_t number = 2; number <= 5; ++number)
    expect_done(commit(*jobs, number));

  EXPECT_EQ(vfs.syncs(), syncs);
}

TEST_F(SqliteFault, NormalSyncLeavesASoundDatabaseAfterALossOfPower) {
  const auto jobs = open_on(vfs, store_sync::normal);
  for (std::uint32_t round = 1; round <= 2; ++round) {
    commit_large(*jobs, 1'000 * round);
    expect_done(commit(*jobs, round));
    const temp_dir rest;
    vfs.save_synced(rest.path());

    auto after = open_sqlite_store({.path = rest.path() / "jobs.db"}).value();

    EXPECT_GE(after->query({})->total, large_batch * round) << "checkpoints do wait for the disk";
    after.reset();
    EXPECT_EQ(ask(rest.path() / "jobs.db", "PRAGMA integrity_check"), "ok");
  }
}

} // namespace

} // namespace callboard::tests
