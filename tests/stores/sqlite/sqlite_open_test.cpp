#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace callboard::tests {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SqliteOpen : public sqlite_test {
protected:
  void overwrite(std::size_t at, const std::string& bytes) const {
    std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(at));
    file << bytes;
  }

  /// Expects a refusal that names the file.
  void expect_refusal(const std::string& reason) const {
    const auto why = refusal();
    EXPECT_EQ(why.code, errc::io);
    EXPECT_THAT(why.message, AllOf(HasSubstr(path().string()), HasSubstr(reason)));
  }
};

/// For root nothing is read-only: an ordinary user's rights for a while.
class without_root {
public:
  without_root() {
    if (::geteuid() == 0)
      was_root_ = ::seteuid(65534) == 0;
  }
  ~without_root() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }

private:
  bool was_root_ = false;
};

TEST_F(SqliteOpen, MissingDirectoriesAreMade) {
  const auto deep = directory() / "a" / "b" / "jobs.db";

  const auto opened = open_sqlite_store({.path = deep});

  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(std::filesystem::exists(deep));
}

TEST_F(SqliteOpen, EmptyPathIsRefused) {
  EXPECT_EQ(refusal("").code, errc::invalid_argument);
}

TEST_F(SqliteOpen, StoreIsDurableWhateverItWaitsFor) {
  EXPECT_TRUE(open(store_sync::full)->is_durable());
  EXPECT_TRUE(open(store_sync::normal)->is_durable());
}

TEST_F(SqliteOpen, JobsOfAllKindsAreThereAfterReopening) {
  std::vector<job_ptr> jobs;
  std::uint32_t number = 0;
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
    for (std::size_t state = 0; state < job_state_count; ++state)
      jobs.push_back(full_job(kind, ++number, static_cast<job_state>(state)));
  expect_done(open()->commit(jobs));

  const auto opened = open();

  for (const auto& job : jobs)
    EXPECT_EQ(describe(opened->find(job->spec->id).value()), describe(job));
  const auto live = opened->load_live(end_of_time).value();
  EXPECT_EQ(live.size(), 9U);
  for (const auto& job : live)
    EXPECT_FALSE(is_terminal(job->state));
}

TEST_F(SqliteOpen, VersionsAndCountsHoldAfterReopening) {
  const auto spec = plain_spec(job_kind::message, 1);
  expect_done(open()->commit(std::vector{snapshot(spec, 3, job_state::completed)}));
  const auto opened = open();

  expect_done(opened->commit(
    std::vector{snapshot(spec, 2, job_state::processing), plain_message(2), plain_message(3)}));

  EXPECT_EQ(version_in(*opened, spec->id), 3U);
  EXPECT_EQ(opened->query({})->total, 3U);
  EXPECT_EQ(opened->query({.states = {job_state::completed}})->matching, 1U);
}

TEST_F(SqliteOpen, MessagesThatWereStoredBeforeReopeningAreChanged) {
  const auto spec = plain_spec(job_kind::message, 1);
  expect_done(open()->commit(std::vector{snapshot(spec, 1, job_state::processing)}));
  const auto opened = open();

  expect_done(opened->commit(std::vector{snapshot(spec, 2, job_state::completed)}));

  EXPECT_EQ(version_in(*opened, spec->id), 2U);
  EXPECT_EQ(opened->query({})->total, 1U);
  EXPECT_EQ(opened->query({.states = {job_state::completed}})->matching, 1U);
}

TEST_F(SqliteOpen, SecondInstanceIsRefusedWithTheOwnersProcessId) {
  const auto first = open();

  expect_refusal("in use by process " + std::to_string(::getpid()));
  expect_done(first->commit(std::vector{plain_message(1)}));
}

TEST_F(SqliteOpen, SecondInstanceByAnotherNameIsRefused) {
  const auto first = open();
  const auto link = directory() / "link.db";
  std::filesystem::create_symlink(path(), link);

  EXPECT_THAT(refusal(link).message, HasSubstr("in use"));
  EXPECT_THAT(refusal(directory() / "." / "jobs.db").message, HasSubstr("in use"));
}

TEST_F(SqliteOpen, LeftOverLockFileIsNoHindrance) {
  std::ofstream{path().string() + ".lock"} << "123456789012345678901234567890";

  const auto opened = open();

  expect_refusal("in use by process " + std::to_string(::getpid()));
}

// Symptom: a symbolic link at jobs.db.lock was followed, and what it named was overwritten.
TEST_F(SqliteOpen, WhatIsNoLockFileIsLeftAlone) {
  const auto victim = directory() / "victim";
  const auto lock = path().string() + ".lock";
  const auto text_of = [](const std::filesystem::path& file) {
    std::ifstream in{file};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  struct place {
    const char* what;
    void (*put)(const std::filesystem::path& victim, const std::filesystem::path& lock);
  };
  const place places[] = {
    {"symbolic link",
     [](const auto& from, const auto& to) { std::filesystem::create_symlink(from, to); }},
    {"hard link",
     [](const auto& from, const auto& to) { std::filesystem::create_hard_link(from, to); }},
    {"another program's file",
     [](const auto& from, const auto& to) { std::filesystem::copy_file(from, to); }},
    {"a directory", [](const auto&, const auto& to) { std::filesystem::create_directory(to); }},
    {"a pipe", [](const auto&, const auto& to) { ::mkfifo(to.c_str(), 0600); }},
  };
  for (const auto& [what, put] : places) {
    std::ofstream{victim} << "4711 precious";
    put(victim, lock);

    EXPECT_EQ(refusal().code, errc::io) << what;

    EXPECT_EQ(text_of(victim), "4711 precious") << what;
    std::filesystem::remove_all(lock);
  }
}

// Symptom: the database, its log, its index and the lock were 0644, new directories 0755.
TEST_F(SqliteOpen, NewFilesAreForTheirOwnerAlone) {
  using std::filesystem::perms;
  const auto deep = directory() / "a" / "jobs.db";
  const auto was = ::umask(0);

  const auto opened = open_sqlite_store({.path = deep});

  ::umask(was);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(std::filesystem::status(directory() / "a").permissions(), perms{0700});
  std::size_t count = 0;
  for (const auto& each : std::filesystem::directory_iterator{directory() / "a"}) {
    EXPECT_EQ(each.status().permissions(), perms{0600}) << each.path();
    ++count;
  }
  EXPECT_EQ(count, 4u) << "database, log, index, lock";
}

TEST_F(SqliteOpen, RefusedOpeningFreesTheLock) {
  std::ofstream{path()} << "this is no database, whatever its name says";
  expect_refusal("not a database");
  std::filesystem::remove(path());

  EXPECT_NE(open(), nullptr);
}

TEST_F(SqliteOpen, TextFileIsRefusedAndLeftAlone) {
  const std::string text(5000, 'x');
  std::ofstream{path()} << text;

  expect_refusal("not a database");

  std::ifstream file{path()};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{file}, {}}), text);
}

TEST_F(SqliteOpen, EmptyFileBecomesADatabase) {
  std::ofstream{path()};

  expect_done(open()->commit(std::vector{plain_message(1)}));
}

TEST_F(SqliteOpen, DirectoryInPlaceOfTheFileIsRefused) {
  std::filesystem::create_directory(path());

  expect_refusal("cannot be opened");
}

TEST_F(SqliteOpen, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  run("CREATE TABLE recipes (name TEXT)");

  expect_refusal("another program");

  EXPECT_EQ(ask("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(ask("SELECT group_concat(name) FROM sqlite_schema"), "recipes");
}

TEST_F(SqliteOpen, TruncatedDatabaseIsRefused) {
  expect_done(open()->commit(std::vector{plain_message(1)}));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) / 2);

  expect_refusal("damaged");
}

TEST_F(SqliteOpen, DatabaseWithOverwrittenPagesIsRefused) {
  std::vector<job_ptr> batch;
  for (std::uint32_t number = 0; number < 500; ++number)
    batch.push_back(plain_message(number));
  expect_done(open()->commit(batch));
  const auto middle = std::filesystem::file_size(path()) / 2 / 4096 * 4096;

  overwrite(middle, std::string(8192, '\x5a'));

  expect_refusal("damaged");
}

TEST_F(SqliteOpen, RowWithImpossibleValuesIsAnErrorForItsReadersOnly) {
  const auto jobs = open();
  expect_done(jobs->commit(std::vector{plain_message(1), plain_message(2)}));
  run("UPDATE messages SET retries = -1 WHERE created_at = "
      + std::to_string(at_ms(1).time_since_epoch().count()));

  EXPECT_THAT(expect_refused(jobs->find(numbered_id(1)).map([](const auto&) {})),
              HasSubstr("damaged"));
  EXPECT_FALSE(jobs->query({}));
  EXPECT_FALSE(jobs->load_live(end_of_time));
  EXPECT_EQ(version_in(*jobs, numbered_id(2)), 1U);
}

TEST_F(SqliteOpen, ReadOnlyDirectoryIsRefused) {
  std::filesystem::permissions(directory(), std::filesystem::perms{0555});
  {
    const without_root user;
    EXPECT_THAT(refusal().message, HasSubstr("Permission denied"));
    EXPECT_THAT(refusal(directory() / "deeper" / "jobs.db").message,
                HasSubstr("Permission denied"));
  }
  std::filesystem::permissions(directory(), std::filesystem::perms{0755});
}

TEST_F(SqliteOpen, ReadOnlyFileIsRefused) {
  expect_done(open()->commit(std::vector{plain_message(1)}));
  std::filesystem::permissions(path(), std::filesystem::perms{0444});
  std::filesystem::permissions(path().string() + ".lock", std::filesystem::perms{0666});
  std::filesystem::permissions(directory(), std::filesystem::perms{0777});
  {
    const without_root user;
    expect_refusal("cannot be written");
  }
}

TEST_F(SqliteOpen, ReadsDoNotWaitForAWriteThatIsUnderWay) {
  const auto jobs = open();
  expect_done(jobs->commit(std::vector{plain_message(1)}));
  const database_shell other{path()};
  other.run("BEGIN IMMEDIATE; DELETE FROM messages; DELETE FROM job_counts");

  EXPECT_EQ(version_in(*jobs, numbered_id(1)), 1U);
  EXPECT_EQ(jobs->query({})->total, 1U);
  other.run("ROLLBACK");
}

TEST_F(SqliteOpen, WritesDoNotWaitForAReadThatIsUnderWay) {
  const auto jobs = open();
  expect_done(jobs->commit(std::vector{plain_message(1)}));
  const database_shell other{path()};
  other.run("BEGIN; SELECT count(*) FROM jobs");

  expect_done(jobs->commit(std::vector{plain_message(2)}));

  EXPECT_EQ(jobs->query({})->total, 2U);
}

} // namespace

} // namespace callboard::tests
