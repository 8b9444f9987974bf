#include "stores/sqlite/operations/operations.hpp"

#include "tests/stores/sqlite/sqlite_fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace callboard::tests {

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SqliteOperations : public sqlite_test {
protected:
  /// Jobs of all kinds and states, with naughty texts.
  static std::vector<job_ptr> varied_jobs() {
    std::vector<job_ptr> jobs;
    std::uint32_t number = 0;
    for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
      for (std::size_t state = 0; state < job_state_count; ++state) {
        jobs.push_back(full_job(kind, ++number, static_cast<job_state>(state)));
        jobs.push_back(snapshot(plain_spec(kind, ++number), 1, static_cast<job_state>(state)));
      }
    for (const auto& text : naughty_texts()) {
      const auto is_json = text.find('\0') == std::string::npos && text.find('\xff') == text.npos;
      if (!is_json)
        continue;
      auto made = *full_job(job_kind::agent, ++number, job_state::failed);
      auto spec = *made.spec;
      spec.content = spec.user_id = spec.organisation = text;
      spec.agent_job = std::make_shared<const agent_job_fields>(
        agent_job_fields{.job_type_id = text, .profile_id = text, .tags = {text, "x", text}});
      made.spec = std::make_shared<const job_spec>(spec);
      made.tasks.front().result = std::make_shared<const std::string>(text);
      jobs.push_back(std::make_shared<const job>(made));
    }
    return jobs;
  }

  std::string exported() const {
    std::ostringstream out;
    const auto done = sqlite::export_jobs(path(), out);
    EXPECT_TRUE(done) << done.error().message;
    return out.str();
  }

  std::filesystem::path other_path() const {
    return directory() / "other.db";
  }

  result<sqlite::transfer_counts> import_into_other(const std::string& lines) const {
    std::istringstream in{lines};
    return sqlite::import_jobs(other_path(), in);
  }

  std::vector<std::string> faults() const {
    const auto report = sqlite::check(path());
    EXPECT_TRUE(report) << report.error().message;
    return report ? report->faults : std::vector<std::string>{};
  }
};

TEST_F(SqliteOperations, ImportOfAnExportGivesTheSameJobs) {
  const auto jobs = varied_jobs();
  expect_done(open()->commit(jobs));

  const auto imported = import_into_other(exported());

  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->jobs, jobs.size());
  const auto other = open_sqlite_store({.path = other_path()}).value();
  for (const auto& job : jobs)
    EXPECT_EQ(describe(other->find(job->spec->id).value()), describe(job));
}

/// A job whose JSON is that text wherever it can be.
job_ptr job_with_json(const json_text& json, job_kind kind, std::uint32_t number) {
  auto made = *full_job(kind, number, job_state::completed);
  auto spec = *made.spec;
  spec.metadata = json;
  if (spec.agent_job) {
    auto fields = *spec.agent_job;
    fields.params = fields.target_channel = fields.config = json;
    spec.agent_job = std::make_shared<const agent_job_fields>(fields);
  }
  if (spec.run) {
    auto fields = *spec.run;
    fields.payload = json;
    spec.run = std::make_shared<const run_fields>(fields);
  }
  made.spec = std::make_shared<const job_spec>(spec);
  auto outcome = *made.outcome;
  outcome.metadata = json;
  made.outcome = std::make_shared<const job_outcome>(outcome);
  return std::make_shared<const job>(made);
}

TEST_F(SqliteOperations, JsonOfOthersSurvivesExportAndImport) {
  std::vector<job_ptr> jobs;
  std::uint32_t number = 0;
  for (const std::string text :
       {R"({"z":1,"a":{"y":2,"b":3}})", R"({"n":1e2,"m":1E+02})", R"({"n":-0,"m":-0.0})",
        R"({"n":18446744073709551616,"m":-9223372036854775809})",
        R"({"n":0.1000000000000000055511151231257827021181583404541015625})",
        R"({"n":100.0,"m":1.50})", R"({"n":1e400,"m":1e-400})",
        R"({"s":"\u00e9\u00E9\/\n\ud83d\ude00é😀"})", R"({"\u0061":"\u0041"," b ":"  c "})",
        R"({"a":{},"b":[],"c":"","":null,"d":[true,false]})",
        R"({"'":"''","$":"$.a","[0]":"\"\\"})"})
    for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run})
      jobs.push_back(job_with_json(json_text::from_valid(text), kind, ++number));
  expect_done(open()->commit(jobs));
  const auto lines = exported();

  ASSERT_TRUE(import_into_other(lines));

  const auto other = open_sqlite_store({.path = other_path()}).value();
  for (const auto& each : jobs) {
    EXPECT_EQ(describe(other->find(each->spec->id).value()), describe(each));
    EXPECT_THAT(lines, HasSubstr("\"metadata\":" + each->spec->metadata.text()));
  }
}

TEST_F(SqliteOperations, ExportIsAHeaderAndAnObjectOfEachJob) {
  auto jobs = varied_jobs();
  expect_done(open()->commit(jobs));
  std::stable_partition(jobs.begin(), jobs.end(), [](const job_ptr& job) {
    return job->spec->kind != job_kind::message; // messages come last
  });

  std::istringstream lines{exported()};
  std::string line;

  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, R"({"callboard_export":1})");
  for (const auto& job : jobs) {
    ASSERT_TRUE(std::getline(lines, line));
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    EXPECT_EQ(parsed["id"], job->spec->id.to_string());
    EXPECT_EQ(parsed["content"], job->spec->content);
    EXPECT_EQ(parsed["state"], to_string(job->state));
    EXPECT_EQ(parsed["created_at_ms"], job->spec->created_at.time_since_epoch().count());
    EXPECT_EQ(parsed["tasks"].size(), job->tasks.size());
    EXPECT_EQ(parsed.contains("outcome"), is_terminal(job->state));
    EXPECT_EQ(parsed.contains("started_at_ms"), job->started_at.has_value());
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(SqliteOperations, DocumentedLineIsWhatIsWritten) {
  std::ifstream page{std::filesystem::path{CALLBOARD_DOCS} / "durability.md"};
  std::string line;
  while (std::getline(page, line) && line != "```json")
    continue;
  ASSERT_TRUE(std::getline(page, line)) << "the page has no example any more";
  std::istringstream in{line};

  const auto imported = sqlite::import_jobs(path(), in);

  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(exported(), "{\"callboard_export\":1}\n" + line + "\n");
}

TEST_F(SqliteOperations, ExportOfARunningStoreWorks) {
  const auto jobs = open();
  expect_done(jobs->commit(std::vector{plain_message(1)}));

  EXPECT_THAT(exported(), HasSubstr(numbered_id(1).to_string()));
}

TEST_F(SqliteOperations, ExportSaysThatItCannotBeWritten) {
  expect_done(open()->commit(std::vector{plain_message(1)}));
  std::ofstream full{"/dev/full"};

  const auto done = sqlite::export_jobs(path(), full);

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::io);
}

TEST_F(SqliteOperations, ImportKeepsWhatIsNewer) {
  const auto spec = plain_spec(job_kind::message, 1);
  expect_done(open()->commit(std::vector{snapshot(spec, 1, job_state::pending), plain_message(2)}));
  const auto old = exported();
  expect_done(open()->commit(std::vector{snapshot(spec, 2, job_state::completed)}));
  ASSERT_TRUE(import_into_other(exported()));

  ASSERT_TRUE(import_into_other(old));

  const auto other = open_sqlite_store({.path = other_path()}).value();
  EXPECT_EQ(version_in(*other, spec->id), 2U);
  EXPECT_EQ(other->query({})->total, 2U);
}

TEST_F(SqliteOperations, ImportNamesTheLineThatIsNoJob) {
  expect_done(open()->commit(std::vector{full_job(job_kind::agent, 1, job_state::failed)}));
  const auto good = exported();
  const auto line = nlohmann::json::parse(good.substr(good.find('\n')));
  std::vector<std::string> bad = {"{", "[]", "17", "null", "{}", R"({"callboard_export":2})"};
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, nlohmann::json>>{{"id", "17"},
                                                           {"id", nullptr},
                                                           {"kind", "mail"},
                                                           {"state", "done"},
                                                           {"state", "pending"},
                                                           {"version", "1"},
                                                           {"version", 0},
                                                           {"content", 5},
                                                           {"created_at_ms", "2026-01-01"},
                                                           {"retry_growth", ""},
                                                           {"tasks", 5},
                                                           {"retries", -1}}) {
    auto changed = line;
    changed[name] = value;
    bad.push_back(changed.dump());
  }

  for (const auto& text : bad) {
    const auto done = import_into_other(good + "\n" + text + "\n");

    ASSERT_FALSE(done) << text;
    EXPECT_EQ(done.error().code, errc::invalid_argument);
    EXPECT_THAT(done.error().message, HasSubstr("line 4")) << text;
  }
  EXPECT_TRUE(import_into_other(good + good)) << "exports may be joined";
}

TEST_F(SqliteOperations, ImportIntoADatabaseInUseIsRefused) {
  const auto jobs = open_sqlite_store({.path = other_path()}).value();

  const auto done = import_into_other("");

  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("in use"));
}

TEST_F(SqliteOperations, SoundDatabaseHasNoFaults) {
  const auto jobs = open();
  expect_done(jobs->commit(varied_jobs()));
  std::vector<std::string> stages;

  const auto report = sqlite::check(
    path(), [&](std::string_view stage, std::size_t, std::size_t) { stages.emplace_back(stage); });

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->jobs, varied_jobs().size());
  EXPECT_THAT(stages, Contains("tables"));
  EXPECT_THAT(stages, Contains("jobs"));
}

TEST_F(SqliteOperations, EachBrokenRuleIsFound) {
  const std::vector<std::pair<const char*, const char*>> damages = {
    {"DELETE FROM specs WHERE job = 1", "1 jobs without a spec"},
    {"DELETE FROM jobs WHERE job = 1", "1 specs without a job"},
    {"DELETE FROM jobs WHERE job = 1", "1 tags without a job"},
    {"DELETE FROM messages WHERE task_count > 1", "tasks without a job"},
    {"DELETE FROM tags WHERE job = 1", "1 jobs that have lost tags"},
    {"UPDATE jobs SET kind = 0 WHERE job = 1", "1 messages among other jobs"},
    {"UPDATE messages SET error_code = NULL WHERE state = 4", "without an outcome"},
    {"UPDATE messages SET finished_at = 5 WHERE state = 1", "without an end"},
    {"UPDATE messages SET id = x'00' WHERE job = 1 << 62", "job in row 4611686018427387904"},
    {"DELETE FROM messages WHERE job = 1 << 62", "counts of jobs"},
    {"DELETE FROM tasks WHERE job = 1 AND position = 0", "job in row 1"},
    {"UPDATE jobs SET error_code = NULL WHERE job = 7", "without an outcome"},
    {"UPDATE jobs SET finished_at = NULL WHERE job = 7", "without an end"},
    {"UPDATE jobs SET finished_at = 5 WHERE job = 1", "without an end"},
    {"UPDATE job_counts SET jobs = jobs + 1 WHERE kind = 0 AND state = 3", "counts of jobs"},
    {"DELETE FROM job_counts WHERE kind = 1", "counts of jobs"},
    {"UPDATE jobs SET task_kind = 9 WHERE job = 1", "job in row 1"},
    {"UPDATE jobs SET id = x'00' WHERE job = 1", "job in row 1"},
  };
  for (const auto& [damage, fault] : damages) {
    std::filesystem::remove(path());
    expect_done(open()->commit(varied_jobs()));
    ASSERT_THAT(faults(), IsEmpty());

    run(damage);

    EXPECT_THAT(faults(), Contains(HasSubstr(fault))) << damage;
  }
}

TEST_F(SqliteOperations, OverwrittenPagesAreFound) {
  expect_done(open()->commit(varied_jobs()));
  {
    std::fstream file{path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path()) / 2 / 4096 * 4096));
    file << std::string(4096, '\x5a');
  }

  EXPECT_FALSE(faults().empty());
}

TEST_F(SqliteOperations, WhatIsNoDatabaseOfOursIsRefused) {
  std::ostringstream out;
  EXPECT_FALSE(sqlite::check(path()));
  EXPECT_FALSE(sqlite::export_jobs(path(), out));
  EXPECT_FALSE(sqlite::compact(path()));
  EXPECT_FALSE(std::filesystem::exists(path())) << "nothing is made where nothing was";
  run("CREATE TABLE recipes (name TEXT)");

  EXPECT_FALSE(sqlite::check(path()));
  EXPECT_FALSE(sqlite::export_jobs(path(), out));
  EXPECT_FALSE(sqlite::compact(path()));
  EXPECT_EQ(out.str(), "");
}

TEST_F(SqliteOperations, CompactGivesFreePagesBackAndKeepsTheJobs) {
  const auto kept = full_job(job_kind::agent, 1, job_state::completed);
  std::vector<job_ptr> gone;
  for (std::uint32_t number = 2; number < 500; ++number)
    gone.push_back(full_job(job_kind::run, number, job_state::completed));
  expect_done(open()->commit(gone));
  expect_done(open()->commit(std::vector{kept}));
  expect_done(open()->erase(ids_of(gone)));

  const auto report = sqlite::compact(path());

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_LT(report->bytes_after, report->bytes_before / 2);
  EXPECT_EQ(report->bytes_after, std::filesystem::file_size(path()));
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_EQ(describe(open()->find(kept->spec->id).value()), describe(kept));
}

TEST_F(SqliteOperations, CompactOfADatabaseInUseIsRefused) {
  const auto jobs = open();

  const auto report = sqlite::compact(path());

  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("in use"));
}

} // namespace

} // namespace callboard::tests
