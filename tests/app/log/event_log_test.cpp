#include "app/log/event_log.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <sys/resource.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/temp_dir.hpp"

namespace callboard::app {

namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// No file of this process can grow beyond a size for a while.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
  }

private:
  rlimit before_{};
};

struct log_test : ::testing::Test {
  tests::temp_dir dir;
  log_config config{.directory = (dir.path() / "a" / "b").string(), .directory_is_explicit = true};

  std::string written() const {
    return text_of(dir.path() / "a" / "b" / "callboard.log");
  }
};

} // namespace

using EventLog = log_test;

TEST(LogText, TextShowsFieldsAfterTheMessage) {
  EXPECT_EQ(log_text(log_format::text, "listening", {{"address", "127.0.0.1"}, {"port", 3000}}),
            "listening address=127.0.0.1 port=3000");
  EXPECT_EQ(log_text(log_format::text, "stopped", {}), "stopped");
}

TEST(LogText, TextQuotesWhatCouldBeMisread) {
  EXPECT_EQ(log_text(log_format::text, "x", {{"a", ""}}), R"(x a="")");
  EXPECT_EQ(log_text(log_format::text, "x", {{"a", "b c=d"}}), R"(x a="b c=d")");
  EXPECT_EQ(log_text(log_format::text, "x", {{"a", "b\nINFO forged"}}), R"(x a="b\nINFO forged")");
  EXPECT_EQ(log_text(log_format::text, "two\nlines", {}), R"("two\nlines")");
}

TEST(LogText, JsonIsTheInsideOfAnObject) {
  EXPECT_EQ(log_text(log_format::json, "a \"b\"", {{"c", "d\ne"}, {"f", -1}}),
            R"("message":"a \"b\"","c":"d\ne","f":-1)");
}

TEST(LogText, BytesThatAreNoUtf8AreReplaced) {
  EXPECT_EQ(log_text(log_format::json, "x", {{"a", "\xFF"}}),
            "\"message\":\"x\",\"a\":\"\xEF\xBF\xBD\"");
}

TEST_F(EventLog, TextLineHasTimeAndLevel) {
  event_log::open(config)->write(log_level::info, "listening", {{"port", 1}});

  EXPECT_THAT(written(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
                                      "\\.[0-9]{3}Z info    listening port=1\n"));
}

TEST_F(EventLog, JsonLineIsAnObject) {
  config.format = log_format::json;

  event_log::open(config)->write(log_level::warning, "odd %v {} \n", {{"port", 1}});

  const auto line = nlohmann::json::parse(written(), nullptr, false);
  ASSERT_TRUE(line.is_object()) << written();
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "odd %v {} \n");
  EXPECT_EQ(line["port"], 1);
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex("2.*T.*Z"));
}

TEST_F(EventLog, LinesBelowTheLevelAreLeftOut) {
  config.level = log_level::warning;
  const auto log = event_log::open(config);

  log->write(log_level::info, "quiet");
  log->write(log_level::error, "loud");

  EXPECT_FALSE(log->is_on(log_level::info));
  EXPECT_TRUE(log->is_on(log_level::warning));
  EXPECT_THAT(written(), Not(HasSubstr("quiet")));
  EXPECT_THAT(written(), HasSubstr("loud"));
}

TEST_F(EventLog, DirectoryThatWasAskedForMustBeUsable) {
  config.directory = dir.write("file", "").string() + "/below";

  const auto log = event_log::open(config);

  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, errc::io);
  EXPECT_THAT(log.error().message, HasSubstr(config.directory));
}

TEST_F(EventLog, DefaultDirectoryThatCannotBeUsedIsGivenUp) {
  config.directory = dir.write("file", "").string() + "/below";
  config.directory_is_explicit = false;

  ::testing::internal::CaptureStderr();
  const auto log = event_log::open(config);

  EXPECT_TRUE(log);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("no log file"));
}

TEST_F(EventLog, FileAndItsDirectoriesAreForTheirOwnerAlone) {
  const auto log = event_log::open(config);

  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(dir.path() / "a").permissions(), perms{0700});
  EXPECT_EQ(std::filesystem::status(dir.path() / "a" / "b" / "callboard.log").permissions(),
            perms{0600});
}

// Symptom: a second server with the same directory, which was refused, said so in the first one's file.
TEST_F(EventLog, FileOfAnotherProcessIsGivenUpWhoeverAskedForIt) {
  const auto first = event_log::open(config);

  ::testing::internal::CaptureStderr();
  const auto second = event_log::open(config);
  ASSERT_TRUE(second);
  second->write(log_level::error, "cannot start");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::AllOf(HasSubstr("no log file"), HasSubstr("cannot start")));
  EXPECT_EQ(written(), "");
}

TEST_F(EventLog, MovedFileIsOpenedAnew) {
  const auto log = event_log::open(config);
  std::filesystem::rename(dir.path() / "a" / "b" / "callboard.log", dir.path() / "moved");

  log->reopen();
  log->write(log_level::info, "new");

  EXPECT_EQ(text_of(dir.path() / "moved"), "");
  EXPECT_THAT(written(), HasSubstr("new"));
}

TEST_F(EventLog, FileThatCannotBeOpenedAnewIsWrittenOnAndItIsSaid) {
  const auto log = event_log::open(config);
  std::filesystem::rename(dir.path() / "a" / "b" / "callboard.log", dir.path() / "moved");
  std::filesystem::create_symlink(dir.path() / "victim", dir.path() / "a" / "b" / "callboard.log");

  log->reopen();

  EXPECT_THAT(text_of(dir.path() / "moved"), HasSubstr("cannot be reopened"));
}

TEST_F(EventLog, WhatIsToldDoesNotStandInTheFile) {
  const auto log = event_log::open(config);

  ::testing::internal::CaptureStderr();
  log->tell(log_level::info, "key made", {{"key", "abc"}});

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("key made key=abc"));
  EXPECT_EQ(written(), "");
}

// Symptom: with the JSON format, spdlog's own complaint about a full disk was no JSON.
TEST_F(EventLog, FileThatTakesNoMoreIsComplainedAboutOnceInTheLogsFormat) {
  config.format = log_format::json;
  const auto log = event_log::open(config);
  constexpr std::uintmax_t mebibyte = 1 << 20;
  std::filesystem::resize_file(dir.path() / "a" / "b" / "callboard.log", 5 * mebibyte);
  const file_size_limit limit{mebibyte};

  ::testing::internal::CaptureStderr();
  log->write(log_level::info, "lost");
  log->write(log_level::info, "lost");
  const auto said = ::testing::internal::GetCapturedStderr();

  std::istringstream lines{said};
  std::vector<std::string> messages;
  for (std::string line; std::getline(lines, line);)
    messages.push_back(nlohmann::json::parse(line).at("message"));
  EXPECT_THAT(messages,
              ::testing::UnorderedElementsAre("lost", "lost", "the log file cannot be written"));
}

TEST_F(EventLog, NoDirectoryMeansNoFile) {
  config.directory.clear();

  ::testing::internal::CaptureStderr();
  event_log::open(config)->write(log_level::info, "only here");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("only here"));
}

} // namespace callboard::app
