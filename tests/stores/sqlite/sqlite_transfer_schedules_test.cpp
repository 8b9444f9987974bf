// Scheduled jobs in what operators do with a database.

#include "stores/sqlite/operations/operations.hpp"

#include "tests/stores/sample_schedules.hpp"
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

class SqliteTransferSchedules : public sqlite_test {
protected:
  void keep(const scheduled_job_ptr& record, const std::vector<job_ptr>& runs = {}) {
    const std::vector<schedule_change> changes{{record->id, record}};
    const auto done = open()->commit(runs, {}, changes);
    ASSERT_TRUE(done) << done.error().message;
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

  std::vector<scheduled_job_ptr> schedules_in_other() const {
    auto loaded = open_sqlite_store({.path = other_path()}).value()->load_schedules().value();
    std::sort(loaded.begin(), loaded.end(),
              [](const auto& left, const auto& right) { return left->id < right->id; });
    return loaded;
  }

  /// The only scheduled job's line.
  static nlohmann::json line_of(const std::string& text) {
    std::istringstream lines{text};
    std::string line;
    while (std::getline(lines, line)) {
      auto parsed = nlohmann::json::parse(line);
      if (parsed.value("kind", "") == "schedule")
        return parsed;
    }
    return {};
  }
};

/// Every field set, and such that it may be imported.
std::shared_ptr<scheduled_job> sound_full(std::uint32_t number, job_ptr last_run) {
  auto made = full_schedule(number, std::move(last_run));
  made->next_run_at.reset(); // it is completed
  return made;
}

TEST_F(SqliteTransferSchedules, ImportOfAnExportGivesTheSameScheduledJobs) {
  const auto run = run_of(numbered_id(1), 100, job_state::completed);
  const auto first = sound_full(1, run);
  auto second = plain_schedule(2);
  second->next_run_at = at_ms(1000);
  keep(first, {run});
  keep(second);

  const auto done = import_into_other(exported());

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->jobs, 1u);
  EXPECT_EQ(done->schedules, 2u);
  const auto loaded = schedules_in_other();
  ASSERT_EQ(loaded.size(), 2u);
  expect_equal(*loaded[0], *first);
  expect_equal(*loaded[1], *second);
}

TEST_F(SqliteTransferSchedules, NaughtyTextsSurvive) {
  std::uint32_t number = 0;
  std::vector<scheduled_job_ptr> all;
  for (const auto& text : naughty_texts()) {
    if (text.find('\0') != text.npos || text.find('\xff') != text.npos)
      continue;
    auto made = plain_schedule(++number);
    auto what = *made->definition;
    what.name = "name " + std::to_string(number) + " " + text.substr(0, 10) + ".";
    what.description = what.content = text;
    if (!find_faults(what).empty())
      what.name = "name " + std::to_string(number); // the cut was within a character
    made->definition = std::make_shared<const schedule_definition>(what);
    keep(made);
    all.push_back(std::move(made));
  }

  const auto done = import_into_other(exported());

  ASSERT_TRUE(done) << done.error().message;
  const auto loaded = schedules_in_other();
  ASSERT_EQ(loaded.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    expect_equal(*loaded[i], *all[i]);
}

TEST_F(SqliteTransferSchedules, DocumentedLineIsWhatIsWritten) {
  std::ifstream page{std::filesystem::path{CALLBOARD_DOCS} / "durability.md"};
  std::string line;
  std::string wanted;
  while (std::getline(page, line))
    if (line.starts_with(R"({"id":)") && line.find(R"("kind":"schedule")") != line.npos)
      wanted = line;
  ASSERT_FALSE(wanted.empty()) << "the page has no example any more";

  const auto done = import_into_other(wanted);

  ASSERT_TRUE(done) << done.error().message;
  std::ostringstream out;
  ASSERT_TRUE(sqlite::export_jobs(other_path(), out));
  EXPECT_EQ(out.str(), "{\"callboard_export\":1}\n" + wanted + "\n");
}

TEST_F(SqliteTransferSchedules, ImportKeepsWhatHasDoneMore) {
  auto record = plain_schedule(1);
  keep(std::make_shared<scheduled_job>(*record));
  const auto old = exported();
  record->run_count = 7;
  keep(std::make_shared<scheduled_job>(*record));
  const auto later = exported();

  ASSERT_TRUE(import_into_other(later + old));
  EXPECT_EQ(schedules_in_other().front()->run_count, 7u);
  ASSERT_TRUE(import_into_other(old + later));
  EXPECT_EQ(schedules_in_other().front()->run_count, 7u);
  ASSERT_TRUE(import_into_other(old));
  EXPECT_EQ(schedules_in_other().front()->run_count, 7u);
}

TEST_F(SqliteTransferSchedules, ImportTakesTheNewerVersion) {
  auto record = plain_schedule(1);
  record->run_count = 7;
  keep(std::make_shared<scheduled_job>(*record));
  ASSERT_TRUE(import_into_other(exported()));
  record->version = 2;
  record->run_count = 3;
  keep(std::make_shared<scheduled_job>(*record));

  ASSERT_TRUE(import_into_other(exported()));

  EXPECT_EQ(schedules_in_other().front()->version, 2u);
  EXPECT_EQ(schedules_in_other().front()->run_count, 3u);
}

TEST_F(SqliteTransferSchedules, NameOfAnotherScheduledJobIsRefused) {
  keep(plain_schedule(1));
  auto line = line_of(exported());
  const auto first = line.dump();
  line["id"] = numbered_id(2).to_string();

  const auto done = import_into_other(first + "\n" + line.dump());

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::invalid_argument);
  EXPECT_THAT(done.error().message, HasSubstr("line 2"));
  EXPECT_THAT(done.error().message, HasSubstr("\"job 1\""));
}

TEST_F(SqliteTransferSchedules, LineThatIsNoScheduledJobIsRefused) {
  keep(plain_schedule(1));
  const auto line = line_of(exported());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, nlohmann::json>>{{"id", "17"},
                                                           {"id", nullptr},
                                                           {"name", ""},
                                                           {"name", 5},
                                                           {"status", "done"},
                                                           {"version", 0},
                                                           {"version", "1"},
                                                           {"schedule", "* * *"},
                                                           {"schedule", "0 0 * * *"},
                                                           {"interval_ms", 1},
                                                           {"interval_ms", nullptr},
                                                           {"payload", 5},
                                                           {"overlap", "maybe"},
                                                           {"missed", nullptr},
                                                           {"time_limit_ms", 0},
                                                           {"run_count", "many"},
                                                           {"created_at_ms", nullptr},
                                                           {"enabled", "yes"}}) {
    auto changed = line;
    changed[name] = value;

    const auto done = import_into_other(changed.dump());

    ASSERT_FALSE(done) << changed.dump();
    EXPECT_EQ(done.error().code, errc::invalid_argument);
    EXPECT_THAT(done.error().message, HasSubstr("line 1"));
  }
}

TEST_F(SqliteTransferSchedules, ZoneThatThisSystemDoesNotKnowIsTaken) {
  keep(plain_schedule(1));
  auto line = line_of(exported());
  line["timezone"] = "Mars/Olympus_Mons";

  EXPECT_TRUE(import_into_other(line.dump()));
}

TEST_F(SqliteTransferSchedules, SoundScheduledJobsHaveNoFaults) {
  keep(sound_full(1, nullptr));
  keep(plain_schedule(2));

  const auto report = sqlite::check(path());

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->schedules, 2u);
}

TEST_F(SqliteTransferSchedules, DamagedScheduledJobsAreFound) {
  const std::vector<std::pair<const char*, const char*>> damages = {
    {"UPDATE schedules SET name = 'job 1'", "names of more than one"},
    {"UPDATE schedules SET every = NULL", "without a schedule"},
    {"UPDATE schedules SET schedule = '@daily'", "or with two"},
    {"UPDATE schedules SET status = 1, next_run_at = 5", "have a next run"},
    {"UPDATE schedules SET overlap = 9", "scheduled job 1"},
    {"UPDATE schedules SET time_limit = 0", "timeoutMs"},
    {"UPDATE schedules SET payload = '5'", "payload must be an object"},
  };
  for (const auto& [damage, fault] : damages) {
    std::filesystem::remove(path());
    keep(plain_schedule(1));
    keep(plain_schedule(2));

    run(damage);

    const auto report = sqlite::check(path());
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_THAT(report->faults, Contains(HasSubstr(fault))) << damage;
  }
}

} // namespace

} // namespace callboard::tests
