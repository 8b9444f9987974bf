#include "stores/sqlite/operations.hpp"
#include "stores/sqlite/schema.hpp"
#include "tests/stores/sqlite_fixture.hpp"

#include <gmock/gmock.h>

namespace callboard::tests {

namespace {

using sqlite::access;
using sqlite::connection;
using ::testing::IsEmpty;

/// Agent jobs 1 (scheduled, with a channel and tags) and 2 (without either), as version 1 had them.
constexpr auto jobs_of_version_1 = R"sql(
INSERT INTO jobs (job, id, kind, organisation, state, created_at, due_at, expires_at, job_type_id,
                  channel_code, version, updated_at, retries, follow_ups, task_count,
                  task_result_is_job_result)
VALUES (1, x'00000001000070008000000000000001', 1, 'org1', 0, 10, 20, 30, 'report', 'C1', 1, 10, 0, 0, 0, 0),
       (2, x'00000002000070008000000000000002', 1, 'org1', 1, 11, 11, 30, 'report', NULL, 1, 11, 0, 0, 0, 0);
INSERT INTO specs (job, agent_id, user_id, content, retries_max, retry_delay, retry_delay_max,
                   retry_growth, retry_jitter, follow_ups_max, params, target_channel, profile_id,
                   tag_count)
VALUES (1, zeroblob(16), '', 'hello', 0, 0, 0, 0, 0.0, 0, '{}', '{"code":"C1"}', '', 3),
       (2, zeroblob(16), '', 'hello', 0, 0, 0, 0, 0.0, 0, '{}', '{}', '', 0);
INSERT INTO tags VALUES (1, 0, 'b'), (1, 1, 'a'), (1, 2, 'b');
INSERT INTO shelves VALUES (1, 'org1', 0, 1), (1, 'org1', 1, 1);
)sql";

class SqliteMigration : public sqlite_test {
protected:
  void make_version_1() const {
    const auto db = connection::open(path(), access::create).value();
    expect_done(sqlite::migrate(*db, sqlite::migrations().first(1)));
    expect_done(db->run(jobs_of_version_1));
  }

  static std::size_t count(store& jobs, job_query wanted) {
    wanted.kind = job_kind::agent;
    wanted.organisation = "org1";
    return jobs.query(wanted).value().matching;
  }
};

TEST_F(SqliteMigration, JobsOfVersion1AreFoundByAllFilters) {
  make_version_1();
  const auto jobs = open();

  EXPECT_EQ(count(*jobs, {.job_type_id = "report"}), 2U);
  EXPECT_EQ(count(*jobs, {.channel_code = "C1"}), 1U);
  EXPECT_EQ(count(*jobs, {.channel_code = ""}), 1U);
  EXPECT_EQ(count(*jobs, {.tags = {"b"}}), 1U);
  EXPECT_EQ(count(*jobs, {.tags = {"b", "a"}}), 1U);
  const auto first = jobs->find(numbered_id(1)).value();
  EXPECT_EQ(first->spec->agent_job->channel_code, "C1");
  EXPECT_TRUE(first->spec->agent_job->config.is_empty());
  EXPECT_THAT(first->spec->agent_job->tags, ::testing::ElementsAre("b", "a", "b"));
}

TEST_F(SqliteMigration, MigratedDatabaseIsWhole) {
  make_version_1();
  {
    const auto jobs = open();
    expect_done(jobs->erase(std::vector{numbered_id(2)}));
  }

  const auto report = sqlite::check(path().string(), {});

  ASSERT_TRUE(report);
  EXPECT_THAT(report->faults, IsEmpty());
}

} // namespace

} // namespace callboard::tests
