#include "app/log/log_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace callboard::app {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct log_file_test : ::testing::Test {
  tests::temp_dir dir;
  fs::path path = dir.path() / "a.log";
  std::unique_ptr<log_file> log = log_file::open(path).value();
};

} // namespace

using LogFile = log_file_test;

TEST_F(LogFile, LinesAreAddedToWhatIsThere) {
  ASSERT_TRUE(log->write("one\n"));
  log.reset();
  ASSERT_TRUE(log_file::open(path).value()->write("two\n"));

  EXPECT_EQ(text_of(path), "one\ntwo\n");
}

// Symptom: logs/callboard.log and failures.jsonl were 0644, so were the files that they were rotated to.
TEST_F(LogFile, FilesAreForTheirOwnerAlone) {
  const auto part = std::string(log_file::bytes_max / 2, 'x');
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(log->write(part));

  for (const auto* name : {"a.log", "a.1.log"})
    EXPECT_EQ(fs::status(dir.path() / name).permissions(), fs::perms{0600}) << name;
}

// Symptom: a second server that was refused wrote why into the log of the first.
TEST_F(LogFile, SecondWriterIsRefusedUntilTheFirstHasGone) {
  EXPECT_EQ(log_file::open(path).error().code, errc::conflict);

  log.reset();

  EXPECT_TRUE(log_file::open(path));
}

TEST_F(LogFile, SymbolicLinkIsRefusedAndWhatItNamesIsLeftAlone) {
  const auto victim = dir.write("victim", "precious");
  fs::create_symlink(victim, dir.path() / "link.log");

  const auto opened = log_file::open(dir.path() / "link.log");

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::io);
  EXPECT_NE(opened.error().message.find("symbolic link"), std::string::npos);
  EXPECT_EQ(text_of(victim), "precious");
}

// logrotate moves the file and sends SIGHUP.
TEST_F(LogFile, MovedFileIsWrittenUntilItIsOpenedAnew) {
  ASSERT_TRUE(log->write("one\n"));
  fs::rename(path, dir.path() / "moved");
  ASSERT_TRUE(log->write("two\n"));

  ASSERT_TRUE(log->reopen());
  ASSERT_TRUE(log->write("three\n"));

  EXPECT_EQ(text_of(dir.path() / "moved"), "one\ntwo\n");
  EXPECT_EQ(text_of(path), "three\n");
}

TEST_F(LogFile, OpeningAnewWithoutAReasonChangesNothing) {
  ASSERT_TRUE(log->write("one\n"));

  ASSERT_TRUE(log->reopen());
  ASSERT_TRUE(log->write("two\n"));

  EXPECT_EQ(text_of(path), "one\ntwo\n");
}

TEST_F(LogFile, FileThatCannotBeOpenedAnewIsWrittenOn) {
  fs::rename(path, dir.path() / "moved");
  fs::create_symlink(dir.path() / "victim", path);

  EXPECT_EQ(log->reopen().error().code, errc::io);
  ASSERT_TRUE(log->write("one\n"));

  EXPECT_EQ(text_of(dir.path() / "moved"), "one\n");
}

// `copytruncate` of logrotate: the size that we have counted is no more that of the file.
TEST_F(LogFile, FileThatWasCutIsNotTakenForAFullOne) {
  ASSERT_TRUE(log->write(std::string(log_file::bytes_max - 1, 'x')));
  fs::resize_file(path, 0);

  ASSERT_TRUE(log->write("one\n"));

  EXPECT_EQ(text_of(path), "one\n");
  EXPECT_FALSE(fs::exists(dir.path() / "a.1.log"));
}

TEST_F(LogFile, FileThatCannotBeRotatedGrowsOn) {
  ASSERT_TRUE(log->write(std::string(log_file::bytes_max, 'x')));
  for (const auto* name : {"a.1.log", "a.2.log", "a.3.log", "a.4.log", "a.5.log"})
    fs::create_directories(dir.path() / name / "full");

  ASSERT_TRUE(log->write("one\n"));

  EXPECT_EQ(fs::file_size(path), log_file::bytes_max + 4);
}

TEST_F(LogFile, FileThatTakesNothingIsAnError) {
  EXPECT_EQ(log_file::open("/dev/full").error().code, errc::io);
  EXPECT_EQ(log_file::open(dir.path() / "absent" / "a.log").error().code, errc::io);
}

} // namespace callboard::app
