#include "stores/sqlite/file/schema.hpp"

#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <array>

namespace callboard::tests {

namespace {

using sqlite::access;
using sqlite::connection;
using sqlite::migration;
using ::testing::HasSubstr;

constexpr auto three_steps = std::to_array<migration>({
  "CREATE TABLE one (a INTEGER); INSERT INTO one VALUES (1)",
  "CREATE TABLE two (b INTEGER); INSERT INTO two SELECT a + 1 FROM one",
  "ALTER TABLE two ADD COLUMN c TEXT DEFAULT 'new'",
});

class SqliteSchema : public sqlite_test {
protected:
  result<void> migrate(std::span<const migration> steps) const {
    const auto db = connection::open(path(), access::create).value();
    return sqlite::migrate(*db, steps);
  }

  static std::span<const migration> first(std::size_t count) {
    return std::span{three_steps}.first(count);
  }
};

TEST_F(SqliteSchema, EmptyDatabaseGetsTheNewestVersion) {
  expect_done(migrate(three_steps));

  EXPECT_EQ(ask("PRAGMA user_version"), "3");
  EXPECT_EQ(ask("PRAGMA application_id"), std::to_string(sqlite::application_mark));
  EXPECT_EQ(ask("SELECT b || c FROM two"), "2new");
}

TEST_F(SqliteSchema, OlderDatabaseGetsOnlyTheStepsThatItLacks) {
  expect_done(migrate(first(1)));
  run("UPDATE one SET a = 41");

  expect_done(migrate(three_steps));

  EXPECT_EQ(ask("PRAGMA user_version"), "3");
  EXPECT_EQ(ask("SELECT b || c FROM two"), "42new");
}

TEST_F(SqliteSchema, NewestDatabaseStaysAsItIs) {
  expect_done(migrate(three_steps));

  expect_done(migrate(three_steps));

  EXPECT_EQ(ask("SELECT count(*) FROM two"), "1");
}

TEST_F(SqliteSchema, FailedStepLeavesTheOldVersionWhole) {
  expect_done(migrate(first(1)));
  const auto broken = std::to_array<migration>({three_steps[0], three_steps[1], "CREATE nonsense"});

  expect_refused(migrate(broken));

  EXPECT_EQ(ask("PRAGMA user_version"), "1");
  EXPECT_EQ(ask("SELECT group_concat(name) FROM sqlite_schema"), "one");
  expect_done(migrate(three_steps));
}

TEST_F(SqliteSchema, NewerDatabaseIsRefusedAndNamesBothVersions) {
  expect_done(migrate(three_steps));

  const auto why = expect_refused(migrate(first(2)));

  EXPECT_THAT(why, HasSubstr("newer"));
  EXPECT_THAT(why, HasSubstr("version 3"));
  EXPECT_THAT(why, HasSubstr("up to 2"));
}

TEST_F(SqliteSchema, StoreRefusesANewerDatabase) {
  open().reset();
  run("PRAGMA user_version = 1000");

  EXPECT_THAT(refusal().message, HasSubstr("newer"));
  EXPECT_EQ(ask("PRAGMA user_version"), "1000");
}

TEST_F(SqliteSchema, DatabaseIsCurrentOnlyAtTheNewestVersion) {
  expect_done(migrate(first(2)));
  const auto db = connection::open(path(), access::read).value();

  expect_done(sqlite::check_version(*db, first(2)));
  EXPECT_THAT(expect_refused(sqlite::check_version(*db, first(1))), HasSubstr("newer"));
  EXPECT_THAT(expect_refused(sqlite::check_version(*db, three_steps)), HasSubstr("older"));
}

TEST_F(SqliteSchema, ConnectionForReadingCannotWrite) {
  expect_done(migrate(three_steps));
  const auto db = connection::open(path(), access::read).value();

  EXPECT_FALSE(db->run("DELETE FROM one"));
}

} // namespace

} // namespace callboard::tests
