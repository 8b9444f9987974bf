#include "app/commands/port_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace callboard::app {

TEST(PortFile, HoldsThePortAndReplacesAnOldOne) {
  const tests::temp_dir dir;
  const auto file = dir.write("port", "old and longer\n");

  ASSERT_TRUE(write_port_file(file, 65'535));

  std::ifstream in{file};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{in}, {}}), "65535\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{dir.path()}, {}), 1);
}

// Symptom: whoever could write to the directory had the server overwrite any of its files.
TEST(PortFile, LinksAreReplacedAndNotFollowed) {
  const tests::temp_dir dir;
  const auto victim = dir.write("victim", "precious");
  const auto file = dir.path() / "port";
  std::filesystem::create_symlink(victim, file);
  std::filesystem::create_symlink(victim, file.string() + '.' + std::to_string(::getpid()));

  ASSERT_TRUE(write_port_file(file, 80));

  std::ifstream in{victim};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{in}, {}}), "precious");
  EXPECT_FALSE(std::filesystem::is_symlink(file));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{dir.path()}, {}), 2);
}

TEST(PortFile, PlaceThatCannotBeWrittenIsAnError) {
  const tests::temp_dir dir;

  const auto written = write_port_file(dir.path() / "absent" / "port", 1);

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::io);
  EXPECT_NE(written.error().message.find("absent/port: No such file"), std::string::npos)
    << written.error().message;
}

TEST(PortFile, NothingIsLeftWhenTheFileCannotBeReplaced) {
  const tests::temp_dir dir;
  std::filesystem::create_directories(dir.path() / "port" / "full");

  EXPECT_FALSE(write_port_file(dir.path() / "port", 1));

  EXPECT_EQ(std::distance(std::filesystem::directory_iterator{dir.path()}, {}), 1);
}

} // namespace callboard::app
