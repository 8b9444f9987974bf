#include "app/commands/command_line.hpp"

#include <initializer_list>

#include <gmock/gmock.h>

#include "app/commands/exit_code.hpp"

namespace callboard::app {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

tl::expected<command_line, early_exit> parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> all{"callboard"};
  all.insert(all.end(), arguments);
  return parse_command_line(static_cast<int>(all.size()), all.data());
}

} // namespace

TEST(CommandLine, NothingMeansServe) {
  const auto line = parse({});

  ASSERT_TRUE(line);
  EXPECT_EQ(line->what, command::serve);
  EXPECT_FALSE(line->config_file);
  EXPECT_TRUE(line->flags.empty());
}

TEST(CommandLine, FlagsStandBeforeOrAfterServe) {
  for (const auto& line : {parse({"--listen", "[::1]:0", "--port-file", "p"}),
                           parse({"serve", "--listen", "[::1]:0", "--port-file=p"}),
                           parse({"--port-file", "p", "serve", "--listen", "[::1]:0"})}) {
    ASSERT_TRUE(line);
    EXPECT_EQ(line->what, command::serve);
    EXPECT_EQ(line->port_file, "p");
    ASSERT_EQ(line->flags.size(), 1U);
    EXPECT_EQ(line->flags[0].name, "--listen");
    EXPECT_EQ(line->flags[0].pointer, "/listen");
    EXPECT_EQ(line->flags[0].value, "[::1]:0");
  }
}

TEST(CommandLine, CheckConfigTakesWhatDecidesAboutTheConfiguration) {
  const auto line
    = parse({"check-config", "--config", "c.json", "--store", "memory:", "--log-level", "debug"});

  ASSERT_TRUE(line);
  EXPECT_EQ(line->what, command::check_config);
  EXPECT_EQ(line->config_file, "c.json");
  EXPECT_EQ(line->flags.size(), 2U);
  EXPECT_FALSE(line->prints_keys);
  EXPECT_TRUE(parse({"check-config", "--keys"})->prints_keys);
}

TEST(CommandLine, NewKeyTakesSeveralScopes) {
  for (const auto& line :
       {parse({"key", "new", "--org", "o", "--scope", "JOBS", "MESSAGING", "--name", "n"}),
        parse({"key", "new", "--scope", "JOBS", "--scope", "MESSAGING", "--org=o", "--name=n"})}) {
    ASSERT_TRUE(line) << line.error().text;
    EXPECT_EQ(line->what, command::new_key);
    EXPECT_EQ(line->key_organisation, "o");
    EXPECT_EQ(line->key_name, "n");
    EXPECT_THAT(line->key_scopes, ElementsAre("JOBS", "MESSAGING"));
  }
}

TEST(CommandLine, HelpAndVersionAreNoMistakes) {
  EXPECT_EQ(parse({"--help"}).error().code, exit_ok);
  EXPECT_THAT(parse({"--help"}).error().text, HasSubstr("check-config"));
  EXPECT_THAT(parse({"serve", "--help"}).error().text, HasSubstr("--port-file"));
  EXPECT_EQ(parse({"--version"}).error().code, exit_ok);
  EXPECT_THAT(parse({"--version"}).error().text, ::testing::StartsWith("callboard "));
}

TEST(CommandLine, MistakesAreUsageErrorsWithAText) {
  for (const auto& line :
       {parse({"--lisen", "x"}), parse({"start"}), parse({"--listen"}), parse({"key"}),
        parse({"key", "new"}), parse({"key", "new", "--org", "o"}),
        parse({"key", "new", "--org", "o", "--scope", "EVERYTHING"}), parse({"serve", "extra"})}) {
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, exit_usage);
    EXPECT_FALSE(line.error().text.empty());
  }
}

} // namespace callboard::app
