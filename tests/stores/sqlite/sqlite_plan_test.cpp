#include "stores/sqlite/file/schema.hpp"
#include "stores/sqlite/lists/job_scan.hpp"
#include "stores/sqlite/rows/job_loader.hpp"
#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <set>

namespace callboard::tests {

namespace {

using sqlite::access;
using sqlite::connection;
using sqlite::job_loader;
using sqlite::job_reader;
using sqlite::job_scan;
using ::testing::HasSubstr;
using ::testing::Not;

/// A database with jobs in it, and the SQL that reading from it runs.
class SqlitePlan : public sqlite_test {
protected:
  SqlitePlan() {
    const auto jobs = open();
    std::vector<job_ptr> batch;
    for (std::uint32_t number = 1; number <= 20; ++number)
      batch.push_back(full_job(job_kind::agent, number, static_cast<job_state>(number % 7)));
    EXPECT_TRUE(jobs->commit(batch));
    db_ = connection::open(path(), access::read).value();
    sqlite3_trace_v2(
      db_->handle(), SQLITE_TRACE_STMT,
      [](unsigned, void* self, void* statement, void*) {
        static_cast<SqlitePlan*>(self)->seen_.insert(
          sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
        return 0;
      },
      this);
  }

  ~SqlitePlan() override {
    sqlite3_trace_v2(db_->handle(), 0, nullptr, nullptr);
  }

  /// How SQLite goes about a statement.
  std::string plan_of(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_->handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), -1,
                                 &statement, nullptr),
              SQLITE_OK);
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW)
      plan.append(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3))).append("\n");
    sqlite3_finalize(statement);
    return plan;
  }

  std::unique_ptr<connection> db_;
  std::set<std::string> seen_;
};

std::vector<job_query> all_shapes() {
  std::vector<job_query> shapes;
  for (unsigned filters = 0; filters < 64; ++filters)
    for (std::size_t order = 0; order < 7; ++order) {
      job_query made;
      made.kind = job_kind::agent;
      made.organisation = "org123";
      made.counts_states = true;
      if ((filters & 1U) != 0)
        made.states = {job_state::completed, job_state::failed};
      if ((filters & 2U) != 0)
        made.job_type_id = "weekly-report";
      if ((filters & 4U) != 0)
        made.channel_code = "C1";
      if ((filters & 8U) != 0)
        made.tags = {"a", "b"};
      if ((filters & 16U) != 0)
        made.due_from = at_ms(0);
      if ((filters & 32U) != 0)
        made.created_to = at_ms(1000);
      made.sort = {{static_cast<job_field>(order % 6), order % 2 == 0}};
      if (order == 6)
        made.sort.push_back({job_field::updated_at, true});
      shapes.push_back(made);
      made.organisation.clear();
      shapes.push_back(made);
    }
  return shapes;
}

TEST_F(SqlitePlan, NoListLooksAtJobsOfOthers) {
  job_scan lists{*db_};
  job_reader jobs{*db_};
  for (const auto& wanted : all_shapes()) {
    const auto page = lists.page(wanted, jobs);
    ASSERT_TRUE(page) << page.error().message;
  }
  sqlite3_trace_v2(db_->handle(), 0, nullptr, nullptr);

  ASSERT_GT(seen_.size(), 100U);
  for (const auto& sql : seen_)
    if (sql.find("FROM jobs") != std::string::npos) {
      EXPECT_THAT(plan_of(sql), Not(HasSubstr("SCAN jobs"))) << sql;
      EXPECT_THAT(plan_of(sql), Not(HasSubstr("SCAN tags"))) << sql;
    }
}

TEST_F(SqlitePlan, WalksAreSortedByTheirIndex) {
  job_scan lists{*db_};
  job_reader jobs{*db_};
  for (const auto& wanted : all_shapes()) {
    const auto by = wanted.sort.front().by;
    const auto is_walk
      = wanted.organisation == "org123" && wanted.sort.size() == 1 && by == job_field::created_at;
    if (is_walk) {
      ASSERT_TRUE(lists.page(wanted, jobs));
    }
  }
  sqlite3_trace_v2(db_->handle(), 0, nullptr, nullptr);

  for (const auto& sql : seen_)
    EXPECT_THAT(plan_of(sql), Not(HasSubstr("TEMP B-TREE"))) << sql;
}

TEST_F(SqlitePlan, NewestMessagesAreFoundByTheirIndex) {
  job_scan lists{*db_};
  job_reader jobs{*db_};
  ASSERT_TRUE(open()->commit(std::vector{plain_message(21), plain_message(22)}));
  for (const auto& organisation : {std::string{}, plain_message(21)->spec->organisation}) {
    ASSERT_EQ(lists.page({.organisation = organisation}, jobs)->jobs.size(), 2U);
    ASSERT_TRUE(lists.page({.organisation = organisation, .states = {job_state::completed}}, jobs));
  }
  sqlite3_trace_v2(db_->handle(), 0, nullptr, nullptr);

  for (const auto& sql : seen_) {
    EXPECT_THAT(plan_of(sql), Not(HasSubstr("TEMP B-TREE"))) << sql;
    EXPECT_THAT(plan_of(sql), Not(HasSubstr("SCAN messages"))) << sql;
  }
}

TEST_F(SqlitePlan, TakingUpJobsLooksAtWhatIsTakenUp) {
  job_loader loads{*db_};
  job_reader jobs{*db_};
  ASSERT_TRUE(loads.live(at_ms(0), jobs));
  ASSERT_TRUE(loads.count_delayed(at_ms(0)));
  ASSERT_TRUE(loads.scheduled({at_ms(0), {}}, at_ms(9), 5, jobs));
  sqlite3_trace_v2(db_->handle(), 0, nullptr, nullptr);

  for (const auto& sql : seen_) {
    auto plan = plan_of(sql);
    // This index has live jobs alone.
    if (const auto at = plan.find("SCAN jobs USING INDEX jobs_live"); at != std::string::npos)
      plan.erase(at, std::string_view{"SCAN jobs"}.size());
    EXPECT_THAT(plan, Not(HasSubstr("SCAN jobs"))) << sql;
  }
}

} // namespace

} // namespace callboard::tests
