#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/log/failure_log.hpp"
#include "tests/support/temp_dir.hpp"

namespace callboard::app {

namespace {

using nlohmann::json;

struct failed_run {
  scheduled_job of;
  job run;
};

failed_run sample(std::string error) {
  failed_run made;
  made.of.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  schedule_definition what;
  what.name = "clean \"up\"\n";
  made.of.definition = std::make_shared<const schedule_definition>(what);
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
  made.run.spec = spec;
  task_record task;
  task.attempt = 2;
  task.finished_at = system_time{std::chrono::milliseconds{1'767'225'600'000}};
  task.error = std::make_shared<const std::string>(std::move(error));
  made.run.tasks = {task};
  return made;
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

TEST(FailureLog, LineSaysWhatFailed) {
  const tests::temp_dir directory;
  const auto log = failure_log::open(directory.path().string()).value();
  const auto failed = sample("refused");

  log.write(failed.of, failed.run);

  const auto lines = lines_of(directory.path() / "failures.jsonl");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(json::parse(lines.front()), json({{"time", "2026-01-01T00:00:00.000Z"},
                                              {"level", "error"},
                                              {"jobId", "01890a5d-ac96-774b-bcce-b302099a8057"},
                                              {"name", "clean \"up\"\n"},
                                              {"runId", "01890a5d-ac96-774b-bcce-b302099a8058"},
                                              {"attempt", 2},
                                              {"error", "refused"}}));
}

/// Symptom: a run that waited for its retry when its agent was taken out of the configuration was noted
/// with the error of the attempt before.
TEST(FailureLog, RunThatEndedWithoutAnotherAttemptSaysWhy) {
  const tests::temp_dir directory;
  const auto log = failure_log::open(directory.path().string()).value();
  auto failed = sample("refused");
  job_outcome outcome;
  outcome.error_text = "Agent x not found";
  failed.run.outcome = std::make_shared<const job_outcome>(outcome);

  log.write(failed.of, failed.run);

  EXPECT_EQ(json::parse(lines_of(directory.path() / "failures.jsonl").at(0))["error"],
            "Agent x not found");
}

TEST(FailureLog, LongErrorsAreCutBetweenCharacters) {
  const tests::temp_dir directory;
  const auto log = failure_log::open(directory.path().string()).value();
  std::string text = "x";
  while (text.size() < 5000)
    text += "é";
  const auto failed = sample(text);

  log.write(failed.of, failed.run);

  const auto line = json::parse(lines_of(directory.path() / "failures.jsonl").at(0));
  const auto error = line["error"].get<std::string>();
  EXPECT_EQ(error.size(), 1023u + std::string{"…"}.size());
  EXPECT_TRUE(error.ends_with("é…"));
}

TEST(FailureLog, SecretsThatAnAgentRepeatsAreMasked) {
  const tests::temp_dir directory;
  const auto log = failure_log::open(directory.path().string(), {"Bearer sk-123456", "sk-123456"});
  const auto failed = sample("401 for Bearer sk-123456, and sk-123456 alone");

  log->write(failed.of, failed.run);

  const auto lines = lines_of(directory.path() / "failures.jsonl");
  EXPECT_EQ(json::parse(lines.at(0))["error"], "401 for ***, and *** alone");
}

TEST(FailureLog, SecretAcrossTheCutLeavesNoPart) {
  const tests::temp_dir directory;
  const std::string secret = "sk-0123456789";
  const auto log = failure_log::open(directory.path().string(), {secret});
  const auto failed = sample(std::string(1020, 'x') + secret);

  log->write(failed.of, failed.run);

  const auto line = lines_of(directory.path() / "failures.jsonl").at(0);
  EXPECT_EQ(line.find("sk-0"), line.npos);
}

// Symptom: with `"log":{"directory":""}` failed attempts were told nowhere.
TEST(FailureLog, WithoutAFileTheProgramsLogGetsTheLines) {
  log_config config;
  config.format = log_format::json;
  const auto program_log = event_log::open(config).value();
  const auto log = failure_log::within(program_log, {"sk-123456"});
  const auto failed = sample("401 for sk-123456");

  ::testing::internal::CaptureStderr();
  log.write(failed.of, failed.run);

  auto line = json::parse(::testing::internal::GetCapturedStderr());
  line.erase("time");
  EXPECT_EQ(line, json({{"level", "error"},
                        {"message", "attempt failed"},
                        {"jobId", "01890a5d-ac96-774b-bcce-b302099a8057"},
                        {"name", "clean \"up\"\n"},
                        {"runId", "01890a5d-ac96-774b-bcce-b302099a8058"},
                        {"attempt", 2},
                        {"error", "401 for ***"}}));
  EXPECT_TRUE(log.reopen());
}

TEST(FailureLog, FullFileIsRotatedAndTheOldestGoes) {
  const tests::temp_dir directory;
  const auto full = directory.write("failures.jsonl", std::string(10 * 1024 * 1024 - 1, 'x'));
  for (const auto* number : {"1", "2", "3", "4", "5"})
    directory.write("failures." + std::string{number} + ".jsonl", number);
  const auto log = failure_log::open(directory.path().string()).value();
  const auto failed = sample("refused");

  log.write(failed.of, failed.run);

  EXPECT_EQ(lines_of(full).size(), 1u);
  EXPECT_EQ(json::parse(lines_of(full).at(0))["error"], "refused");
  EXPECT_EQ(lines_of(directory.path() / "failures.1.jsonl").at(0).front(), 'x');
  EXPECT_EQ(lines_of(directory.path() / "failures.5.jsonl").at(0), "4");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "failures.6.jsonl"));
}

TEST(FailureLog, DirectoryThatIsNotThereIsAnError) {
  EXPECT_EQ(failure_log::open("/proc/none").error().code, errc::io);
}

} // namespace

} // namespace callboard::app
