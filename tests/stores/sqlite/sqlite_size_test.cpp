#include "stores/sqlite/sqlite_store.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

namespace callboard::tests {

namespace {

class SqliteSize : public sqlite_test {
protected:
  std::uintmax_t log_size() const {
    return std::filesystem::file_size(path().string() + "-wal");
  }

  /// Jobs of about 240 KB together: longer than the log's usual length.
  static std::vector<job_ptr> batch(std::uint32_t round) {
    std::vector<job_ptr> jobs;
    for (std::uint32_t i = 0; i < 12; ++i) {
      auto made = *full_job(job_kind::agent, round * 12 + i, job_state::completed);
      auto spec = *made.spec;
      spec.content = std::string(20'000, 'x');
      made.spec = std::make_shared<const job_spec>(spec);
      jobs.push_back(std::make_shared<const job>(made));
    }
    return jobs;
  }

  static constexpr std::uintmax_t megabyte = 1024 * 1024;
  faulty_vfs vfs;
};

TEST_F(SqliteSize, FilesStaySmallWhileJobsComeAndGo) {
  const auto jobs = open_on(vfs, store_sync::normal);

  for (std::uint32_t round = 0; round < 24; ++round) {
    expect_done(jobs->commit(batch(round)));
    if (round >= 2)
      expect_done(jobs->erase(ids_of(batch(round - 2))));
    // Has the index for lists take up what was committed.
    ASSERT_TRUE(jobs->query({.kind = job_kind::agent}));
  }

  EXPECT_EQ(jobs->query({.kind = job_kind::agent})->total, 24U);
  EXPECT_LT(std::filesystem::file_size(path()), 2 * megabyte);
  EXPECT_LT(log_size(), 1 * megabyte);
}

TEST_F(SqliteSize, LogBeginsAnewThoughSomebodyReadsNowAndThen) {
  const auto jobs = open_on(vfs, store_sync::normal);
  const database_shell other{path()};

  for (std::uint32_t round = 0; round < 24; ++round) {
    other.run("BEGIN; SELECT count(*) FROM jobs");
    expect_done(jobs->commit(batch(0)));
    expect_done(jobs->erase(ids_of(batch(0))));
    other.run("COMMIT");
    expect_done(jobs->commit(batch(0)));
    expect_done(jobs->erase(ids_of(batch(0))));
  }

  EXPECT_LT(log_size(), 2 * megabyte);
}

TEST_F(SqliteSize, LogStaysShortThoughItIsCopiedBesideTheCommits) {
  {
    const auto jobs
      = sqlite::open_store({.path = path(), .checkpoint_pages = checkpoint_pages}).value();
    for (std::uint32_t round = 0; round < 60; ++round)
      expect_done(jobs->commit(batch(round)));
    // Each batch is longer than the usual length, so none but the first begins where the log ended. All
    // of them are some 20 MB; how far they get ahead of the copying is a matter of the machine.
    EXPECT_LT(log_size(), 8 * megabyte);
    EXPECT_EQ(jobs->query({.kind = job_kind::agent})->total, 60U * 12U);
  }

  const auto again = open();
  EXPECT_EQ(again->query({.kind = job_kind::agent})->total, 60U * 12U);
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteSize, CleanEndLeavesOneFileAndTheLock) {
  expect_done(open()->commit(std::vector{plain_message(1)}));

  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator{directory()})
    names.push_back(file.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("jobs.db", "jobs.db.lock"));
}

TEST_F(SqliteSize, ErasedJobLeavesNothingBehind) {
  const auto jobs = open();
  std::vector<job_ptr> batch;
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
    batch.push_back(full_job(kind, static_cast<std::uint32_t>(kind), job_state::failed));
  expect_done(jobs->commit(batch));

  expect_done(jobs->erase(ids_of(batch)));

  for (const auto* table : {"jobs", "specs", "messages", "tasks", "tags", "job_counts"})
    EXPECT_EQ(ask(std::string{"SELECT count(*) FROM "} + table), "0") << table;
}

TEST_F(SqliteSize, ResultThatIsAlsoTheLastTasksIsStoredOnce) {
  const auto jobs = open();

  expect_done(jobs->commit(std::vector{full_job(job_kind::message, 1, job_state::completed)}));

  EXPECT_EQ(ask("SELECT count(task_result) || count(result) FROM messages"), "01");
}

TEST_F(SqliteSize, ColumnsForFiltersAreFilled) {
  const auto jobs = open();

  expect_done(jobs->commit(std::vector{full_job(job_kind::agent, 1, job_state::scheduled),
                                       full_job(job_kind::run, 2, job_state::scheduled)}));

  EXPECT_EQ(ask("SELECT job_type_id || ' ' || channel_code FROM jobs WHERE kind = 1"),
            "weekly-report C1");
  EXPECT_EQ(ask("SELECT due_at FROM jobs WHERE kind = 1"),
            std::to_string(at_ms(6).time_since_epoch().count()));
  EXPECT_EQ(ask("SELECT count(*) FROM tags JOIN jobs USING (job) WHERE kind = 1"), "4");
  EXPECT_EQ(ask("SELECT tag FROM tags WHERE position = 2"), "b c");
  EXPECT_EQ(ask("SELECT hex(schedule_id) FROM jobs WHERE kind = 2").size(), 32U);
}

} // namespace

} // namespace callboard::tests
