#include "stores/sqlite/file/schema.hpp"
#include "stores/sqlite/operations/operations.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>

#include <map>

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

/// A completed message of two tasks and a pending one, as versions 1 to 3 had them, beside an agent job.
constexpr auto messages_of_version_3 = R"sql(
INSERT INTO jobs (job, id, kind, organisation, state, created_at, due_at, expires_at, version,
                  updated_at, finished_at, retries, follow_ups, task_count, task_id, task_kind,
                  task_state, task_attempt, task_created_at, task_finished_at,
                  task_result_is_job_result, message_id, error_code, error_text, result)
VALUES (3, x'00000003000070008000000000000003', 0, 'org1', 3, 10, 10, 30, 5, 20, 20, 1, 0, 2,
        x'0000000A000070008000000000000003', 2, 2, 2, 15, 20, 1,
        x'0000000B000070008000000000000003', '', '', 'done'),
       (4, x'00000004000070008000000000000004', 0, 'org1', 1, 11, 11, 30, 1, 11, NULL, 0, 0, 1,
        x'0000000C000070008000000000000003', 0, 0, 1, 11, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO specs (job, agent_id, user_id, content, retries_max, retry_delay, retry_delay_max,
                   retry_growth, retry_jitter, follow_ups_max, tag_count)
VALUES (3, zeroblob(16), 'user', 'first', 1, 0, 0, 0, 0.0, 0, 0),
       (4, zeroblob(16), 'user', 'second', 0, 0, 0, 0, 0.0, 0, 0);
INSERT INTO tasks VALUES (3, 0, x'0000000D000070008000000000000003', 0, 3, 1, 10, 15, NULL, 'no');
INSERT INTO shelves VALUES (0, 'org1', 3, 1), (0, 'org1', 1, 1);
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

TEST_F(SqliteMigration, MessagesMoveToATableOfTheirOwn) {
  {
    const auto db = connection::open(path(), access::create).value();
    expect_done(sqlite::migrate(*db, sqlite::migrations().first(3)));
    expect_done(db->run(messages_of_version_3));
  }
  const auto jobs = open();

  const auto first = jobs->find(numbered_id(3)).value();
  EXPECT_EQ(first->spec->content, "first");
  EXPECT_EQ(*first->outcome->content, "done");
  ASSERT_EQ(first->tasks.size(), 2U);
  EXPECT_EQ(*first->tasks.front().error, "no");
  EXPECT_EQ(jobs->query({.organisation = "org1"})->matching, 2U);
  EXPECT_EQ(jobs->load_live(at_ms(0))->size(), 1U);
  EXPECT_EQ(jobs->load_finished(job_kind::message, 10, 1000)->size(), 1U);
  EXPECT_THAT(sqlite::check(path().string(), {})->faults, IsEmpty());
}

/// A scheduled job as version 4 had it, with runs to catch up on from 5 to 9 ms.
constexpr auto schedule_of_version_4 = R"sql(
INSERT INTO schedules (id, organisation, name, agent_id, schedule, content, timezone, is_enabled,
                       time_limit, overlap, missed, status, version, created_at, updated_at,
                       grid_start, run_count, failure_count, missed_count, skipped_count,
                       payload, made_up_after, made_up_until)
VALUES (x'00000001000070008000000000000001', 'org1', 'hourly', zeroblob(16), '0 * * * *', '', 'UTC', 1,
        1000, 0, 2, 0, 1, 1, 1, 1, 0, 0, 0, 0, '{}', 5, 9);
)sql";

TEST_F(SqliteMigration, WhatIsToBeCaughtUpOnMovesIntoAList) {
  {
    const auto db = connection::open(path(), access::create).value();
    expect_done(sqlite::migrate(*db, sqlite::migrations().first(4)));
    expect_done(db->run(schedule_of_version_4));
  }

  const auto found = open()->load_schedules();

  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  const auto& ranges = found->front()->catch_up;
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges.front().after.time_since_epoch(), std::chrono::milliseconds{5});
  EXPECT_EQ(ranges.front().until.time_since_epoch(), std::chrono::milliseconds{9});
  EXPECT_THAT(sqlite::check(path().string(), {})->faults, IsEmpty());
}

TEST_F(SqliteMigration, LiveJobsOfVersion1AreTakenUp) {
  make_version_1();
  const auto jobs = open();

  EXPECT_THAT(ids_of(*jobs->load_live(system_time{})), ::testing::ElementsAre(numbered_id(2)));
  EXPECT_EQ(jobs->count_delayed(system_time{}).value(),
            (std::map<std::string, std::size_t>{{"org1", 1}}));
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
