#include "stores/private_file.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace callboard::stores {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

fs::perms rights(const fs::path& file) {
  return fs::status(file).permissions();
}

TEST(PrivateFile, NewFilesAreForTheirOwnerAlone) {
  const tests::temp_dir dir;

  EXPECT_TRUE(open_private(dir.path() / "a", O_WRONLY | O_CREAT));
  EXPECT_TRUE(make_private(dir.path() / "b"));

  EXPECT_EQ(rights(dir.path() / "a"), fs::perms{0600});
  EXPECT_EQ(rights(dir.path() / "b"), fs::perms{0600});
}

TEST(PrivateFile, RightsOfAFileThatIsThereStay) {
  const tests::temp_dir dir;
  const auto file = dir.write("a", "x");
  fs::permissions(file, fs::perms{0640});

  EXPECT_TRUE(open_private(file, O_WRONLY | O_CREAT));

  EXPECT_EQ(rights(file), fs::perms{0640});
  EXPECT_EQ(text_of(file), "x");
}

TEST(PrivateFile, WhatIsNoRegularFileIsRefusedAtOnce) {
  const tests::temp_dir dir;
  const auto victim = dir.write("victim", "precious");
  fs::create_symlink(victim, dir.path() / "link");
  fs::create_symlink(dir.path() / "nowhere", dir.path() / "dangling");
  ASSERT_EQ(::mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  fs::create_directory(dir.path() / "directory");

  for (const auto* name : {"link", "dangling", "pipe", "directory"})
    for (const auto flags : {O_RDONLY, O_RDWR | O_CREAT, O_WRONLY | O_CREAT | O_TRUNC}) {
      const auto opened = open_private(dir.path() / name, flags);
      ASSERT_FALSE(opened) << name;
      EXPECT_EQ(opened.error().code, errc::io);
      EXPECT_NE(opened.error().message.find(name), std::string::npos) << opened.error().message;
    }

  EXPECT_EQ(text_of(victim), "precious");
  EXPECT_FALSE(fs::exists(dir.path() / "nowhere"));
}

TEST(PrivateFile, LinkIsReplacedByANewFile) {
  const tests::temp_dir dir;
  const auto victim = dir.write("victim", "precious");
  fs::create_symlink(victim, dir.path() / "link");

  const auto made = make_private(dir.path() / "link");

  ASSERT_TRUE(made);
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(dir.path() / "link")));
  EXPECT_EQ(text_of(victim), "precious");
}

TEST(PrivateFile, DirectoriesThatAreMissingAreForTheirOwnerAlone) {
  const tests::temp_dir dir;
  fs::create_directory(dir.path() / "there");
  fs::permissions(dir.path() / "there", fs::perms{0755});

  ASSERT_TRUE(make_private_directories(dir.path() / "there" / "a" / "b"));
  ASSERT_TRUE(make_private_directories(dir.path() / "there" / "a" / "b"));

  EXPECT_EQ(rights(dir.path() / "there"), fs::perms{0755});
  EXPECT_EQ(rights(dir.path() / "there" / "a"), fs::perms{0700});
  EXPECT_EQ(rights(dir.path() / "there" / "a" / "b"), fs::perms{0700});
}

TEST(PrivateFile, DirectoryThatCannotBeMadeIsAnError) {
  const tests::temp_dir dir;
  dir.write("file", "");

  EXPECT_EQ(make_private_directories(dir.path() / "file").error().code, errc::io);
  EXPECT_EQ(make_private_directories(dir.path() / "file" / "below").error().code, errc::io);
  EXPECT_TRUE(make_private_directories(dir.path() / "."));
  EXPECT_TRUE(make_private_directories("."));
  EXPECT_TRUE(make_private_directories("/"));
  EXPECT_TRUE(make_private_directories(""));
}

} // namespace

} // namespace callboard::stores
