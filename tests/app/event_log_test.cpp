#include "app/event_log.hpp"

#include <fstream>
#include <iterator>

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

TEST_F(EventLog, NoDirectoryMeansNoFile) {
  config.directory.clear();

  ::testing::internal::CaptureStderr();
  event_log::open(config)->write(log_level::info, "only here");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("only here"));
}

} // namespace callboard::app
