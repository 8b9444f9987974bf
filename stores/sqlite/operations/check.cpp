#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/schema.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/operations/operations.hpp"
#include "stores/sqlite/rows/job_reader.hpp"
#include "stores/sqlite/rows/schedule_reader.hpp"
#include "stores/sqlite/rows/session_reader.hpp"

#include <array>
#include <utility>

namespace callboard::sqlite {

namespace {

/// How often the reading of jobs tells its progress: several times a second.
constexpr std::size_t jobs_per_progress = 5000;

constexpr auto tables = std::to_array<std::string_view>(
  {"jobs", "specs", "messages", "tasks", "tags", "job_counts", "schedules", "sessions",
   "session_specs", "session_messages", "session_leftovers"});

/// Something that must not be: SQL that counts it, and what to say.
struct rule {
  const char* sql;
  std::string_view fault;
};

constexpr auto rules = std::to_array<rule>({
  {"SELECT count(*) FROM jobs WHERE job NOT IN (SELECT job FROM specs)", "jobs without a spec"},
  {"SELECT count(*) FROM specs WHERE job NOT IN (SELECT job FROM jobs)", "specs without a job"},
  {"SELECT count(*) FROM jobs WHERE kind = 0", "messages among other jobs"},
  {"SELECT count(DISTINCT job) FROM tasks "
   "WHERE job NOT IN (SELECT job FROM jobs UNION ALL SELECT job FROM messages)",
   "tasks without a job"},
  {"SELECT count(DISTINCT job) FROM tags WHERE job NOT IN (SELECT job FROM jobs)",
   "tags without a job"},
  {"SELECT count(*) FROM (SELECT state, error_code FROM jobs UNION ALL "
   "SELECT state, error_code FROM messages) WHERE (state >= 3) != (error_code IS NOT NULL)",
   "finished jobs without an outcome, or live jobs with one"},
  {"SELECT count(*) FROM (SELECT state, finished_at FROM jobs UNION ALL "
   "SELECT state, finished_at FROM messages) WHERE (state >= 3) != (finished_at IS NOT NULL)",
   "finished jobs without an end time, or live jobs with one"},
  {"WITH held AS (SELECT kind, organisation, state, count(*) AS jobs FROM jobs GROUP BY 1, 2, 3 "
   "UNION ALL SELECT 0, organisation, state, count(*) FROM messages GROUP BY 2, 3) "
   "SELECT (SELECT count(*) FROM (SELECT * FROM held EXCEPT SELECT * FROM job_counts)) "
   "+ (SELECT count(*) FROM (SELECT * FROM job_counts EXCEPT SELECT * FROM held))",
   "counts of jobs that are wrong"},
  {"SELECT count(*) FROM jobs JOIN specs USING (job) "
   "WHERE tag_count != (SELECT count(*) FROM tags WHERE tags.job = jobs.job)",
   "jobs that have lost tags, or have too many"},
  {"SELECT count(*) FROM (SELECT 1 FROM schedules GROUP BY organisation, name HAVING count(*) > 1)",
   "names of more than one scheduled job"},
  {"SELECT count(*) FROM schedules WHERE (schedule = '') != (every IS NOT NULL)",
   "scheduled jobs without a schedule, or with two"},
  {"SELECT count(*) FROM schedules WHERE status != 0 AND next_run_at IS NOT NULL",
   "scheduled jobs that are not active and have a next run"},
  {"SELECT count(*) FROM sessions WHERE session NOT IN (SELECT session FROM session_specs)",
   "sessions without a spec"},
  {"SELECT count(*) FROM session_specs WHERE session NOT IN (SELECT session FROM sessions)",
   "specs without a session"},
  {"SELECT count(*) FROM session_messages WHERE session NOT IN "
   "(SELECT session FROM sessions UNION ALL SELECT session FROM session_leftovers)",
   "messages without a session"},
  {"SELECT count(*) FROM sessions WHERE message_count != "
   "(SELECT count(*) FROM session_messages AS said WHERE said.session = sessions.session)",
   "sessions with a wrong count of messages"},
  {"SELECT count(*) FROM sessions WHERE ifnull(last_message_at, -1e18) < (SELECT "
   "ifnull(max(created_at), -1e18) FROM session_messages AS said WHERE said.session = "
   "sessions.session)",
   "sessions with a message newer than their last one"},
});

class checker {
public:
  checker(connection& db, const progress& told) : db_{db}, told_{told} {
    // nop
  }

  result<check_report> run() {
    for (std::size_t i = 0; i < tables.size(); ++i) {
      tell("tables", i, tables.size());
      check_pages(tables[i]);
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
      tell("rules", i, rules.size());
      check_rule(rules[i]);
    }
    if (auto ok = check_jobs(); !ok)
      return tl::unexpected(std::move(ok.error()));
    check_schedules();
    check_sessions();
    return std::move(report_);
  }

private:
  void tell(std::string_view stage, std::size_t done, std::size_t total) const {
    if (told_)
      told_(stage, done, total);
  }

  void add_fault(std::string text) {
    if (report_.faults.size() < faults_max)
      report_.faults.push_back(std::move(text));
  }

  void check_pages(std::string_view table) {
    statement asked{db_, "PRAGMA integrity_check(" + std::string{table} + ")"};
    auto found = asked.start();
    const auto ok = found.for_each([&](rows& row) {
      if (auto verdict = row.text(); verdict != "ok")
        add_fault(std::string{table} + ": " + verdict);
    });
    if (!ok)
      add_fault(std::string{table} + ": " + ok.error().message);
  }

  void check_rule(const rule& broken) {
    const auto found = db_.number(broken.sql);
    if (!found)
      add_fault(std::string{broken.fault} + " cannot be checked: " + found.error().message);
    else if (*found > 0)
      add_fault(std::to_string(*found) + " " + std::string{broken.fault});
  }

  result<void> check_jobs() {
    const auto total
      = db_.number("SELECT (SELECT count(*) FROM jobs) + (SELECT count(*) FROM messages)");
    if (!total)
      return tl::unexpected(total.error());
    job_reader jobs{db_};
    statement all{db_, "SELECT job FROM jobs UNION ALL SELECT job FROM messages ORDER BY job"};
    auto found = all.start();
    return found.for_each([&](rows& row) {
      const auto number = row.integer();
      if (const auto read = jobs.at(number); !read)
        add_fault("job in row " + std::to_string(number) + ": " + read.error().message);
      if (report_.jobs++ % jobs_per_progress == 0)
        tell("jobs", report_.jobs, static_cast<std::size_t>(*total));
    });
  }

  void check_schedules() {
    const auto read = schedule_reader{db_}.each([&](const stored_schedule& stored) -> result<void> {
      ++report_.schedules;
      // A zone that this system does not know is no damage.
      for (const auto& fault : find_faults(*stored.record->definition))
        if (fault.field != "/timezone")
          add_fault("scheduled job " + stored.record->id.to_string() + ": " + fault.field.substr(1)
                    + ' ' + fault.message);
      return {};
    });
    if (!read)
      add_fault("scheduled job " + std::to_string(report_.schedules + 1) + ": "
                + read.error().message);
  }

  void check_sessions() {
    session_reader sessions{db_};
    const auto read = sessions.each([&](const session& one) -> result<void> {
      ++report_.sessions;
      const auto all = sessions.each_message(one.spec->id, [&](const session_message&) {
        ++report_.messages;
        return result<void>{};
      });
      if (!all)
        add_fault("messages of session " + one.spec->id.to_string() + ": " + all.error().message);
      return {};
    });
    if (!read)
      add_fault("session " + std::to_string(report_.sessions + 1) + ": " + read.error().message);
  }

  connection& db_;
  const progress& told_;
  check_report report_;
};

} // namespace

result<check_report> check(const std::string& path, const progress& told) {
  auto db = connection::open(path, access::read);
  if (!db)
    return tl::unexpected(std::move(db.error()));
  const auto moment = transaction::begin_read(**db);
  if (!moment)
    return tl::unexpected(moment.error());
  if (auto ok = check_version(**db); !ok)
    return tl::unexpected(std::move(ok.error()));
  return checker{**db, told}.run();
}

} // namespace callboard::sqlite
