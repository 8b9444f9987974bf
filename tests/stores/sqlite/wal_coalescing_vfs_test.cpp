#include "stores/sqlite/file/wal_coalescing_vfs.hpp"

#include "stores/sqlite/file/connection.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"
#include "tests/support/random_seed.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

namespace callboard::tests {

namespace {

using operation = faulty_vfs::operation;
using sqlite::access;
using sqlite::connection;
using sqlite::wal_coalescing_vfs;

class WalCoalescingVfs : public sqlite_test {
protected:
  WalCoalescingVfs() {
    db = connection::open(path(), access::create, files.name()).value();
    set("PRAGMA journal_mode = WAL");
    set("PRAGMA synchronous = NORMAL");
    set("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  }

  void set(const std::string& sql) {
    const auto done = db->run(sql.c_str());
    EXPECT_TRUE(done) << sql << ": " << done.error().message;
  }

  std::string seen_by_another() const {
    return ask("SELECT count(*) || ' ' || ifnull(sum(length(text)), 0) FROM t");
  }

  std::string seen() {
    return db->text("SELECT count(*) || ' ' || ifnull(sum(length(text)), 0) FROM t").value();
  }

  faulty_vfs below;
  wal_coalescing_vfs files{below.name()};
  std::unique_ptr<connection> db;
};

TEST_F(WalCoalescingVfs, CommitOfManyPagesIsOneWrite) {
  set("INSERT INTO t VALUES (0, 'the log has begun')");
  const auto before = below.writes();

  set("INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100) "
      "SELECT i, printf('%.*c', 1000, 'x') FROM n");

  EXPECT_EQ(below.writes(), before + 1);
  EXPECT_EQ(seen_by_another(), "101 100017");
}

TEST_F(WalCoalescingVfs, CommitOfSeveralMegabytesIsWhole) {
  set("INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100) "
      "SELECT i, printf('%.*c', 50000, 'x') FROM n");

  EXPECT_EQ(seen_by_another(), "100 5000000");
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
}

TEST_F(WalCoalescingVfs, FailedWriteFailsTheCommitAndNothingOfItIsSeen) {
  set("INSERT INTO t VALUES (1, 'kept')");
  below.fail({.on = operation::write, .code = SQLITE_FULL});

  EXPECT_FALSE(db->run("INSERT INTO t VALUES (2, 'refused')"));

  EXPECT_EQ(below.faults(), 1);
  EXPECT_EQ(seen(), "1 4");
  EXPECT_EQ(seen_by_another(), "1 4");
  set("INSERT INTO t VALUES (3, 'later')");
  EXPECT_EQ(seen_by_another(), "2 9");
}

TEST_F(WalCoalescingVfs, WhateverATransactionDoesOthersSeeTheWholeOfEachCommit) {
  // With so small a cache SQLite writes pages to the log before the commit, reads them back, and writes
  // some of them again, for which it corrects the frames after them.
  set("PRAGMA cache_size = 5");
  std::mt19937_64 random{test::random_seed()};
  const auto pick = [&random](int limit) {
    return std::to_string(std::uniform_int_distribution{1, limit}(random));
  };
  std::string committed = seen();
  for (int round = 0; round < 60; ++round) {
    set("BEGIN");
    for (int change = 0; change < 40; ++change)
      switch (change % 4) {
        case 0:
          set("DELETE FROM t WHERE id = " + pick(80));
          break;
        case 1:
          set("UPDATE t SET text = printf('%.*c', " + pick(3'000)
              + ", 'u') WHERE id % 7 = " + pick(7));
          break;
        default:
          set("INSERT OR REPLACE INTO t VALUES (" + pick(80) + ", printf('%.*c', " + pick(9'000)
              + ", 'i'))");
      }
    const auto is_kept = round % 3 != 0;
    if (is_kept)
      committed = seen();
    set(is_kept ? "COMMIT" : "ROLLBACK");
    ASSERT_EQ(seen_by_another(), committed) << "round " << round;
    if (round % 20 == 10)
      set("PRAGMA wal_checkpoint(RESTART)");
  }
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
  db.reset();
  EXPECT_EQ(seen_by_another(), committed);
}

TEST_F(WalCoalescingVfs, MissingLayerBelowIsNoLayer) {
  EXPECT_EQ(wal_coalescing_vfs{"there is none of that name"}.name(), nullptr);
}

} // namespace

} // namespace callboard::tests
