#include "app/commands/development_key.hpp"

#include <gtest/gtest.h>

#include "app/digest.hpp"
#include "tests/support/temp_dir.hpp"

namespace callboard::app {

TEST(DevelopmentKey, IsMadeOnceAndKept) {
  const tests::temp_dir dir;
  const auto file = dir.path() / "var" / "dev-key";

  const auto first = take_development_key(file);
  const auto second = take_development_key(file);

  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(first->key, second->key);
}

TEST(DevelopmentKey, OnlyTheOwnerCanReadTheFile) {
  const tests::temp_dir dir;
  const auto file = dir.path() / "dev-key";

  ASSERT_TRUE(take_development_key(file));

  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions(), perms::owner_read | perms::owner_write);
}

TEST(DevelopmentKey, EntryOpensEverythingOfTheDefaultOrganisation) {
  const development_key key{"abc", true};

  EXPECT_EQ(key.entry().sha256, sha256_of("abc"));
  EXPECT_EQ(key.entry().organisation, "default");
  EXPECT_EQ(key.entry().scopes.size(), 5U);
}

// Symptom: a key `x` in a file that everybody could read opened all of /services/*.
TEST(DevelopmentKey, KeyThatOthersMayKnowIsAnError) {
  using std::filesystem::perms;
  const std::string good(32, 'k');
  struct found_key {
    std::string text;
    perms rights;
    bool is_fine;
  };
  const found_key found[] = {
    {good, perms{0600}, true},
    {good + "\n", perms{0400}, true},
    {good + "\r\n", perms{0600}, true},
    {std::string(256, 'k') + "\r\n", perms{0600}, true},
    {"", perms{0600}, false},
    {"\n", perms{0600}, false},
    {"x", perms{0600}, false},
    {std::string(31, 'k'), perms{0600}, false},
    {std::string(31, 'k') + " ", perms{0600}, false},
    {std::string(257, 'k'), perms{0600}, false},
    {good + "\n" + good, perms{0600}, false},
    {good, perms{0640}, false},
    {good, perms{0604}, false},
    {good, perms{0660}, false},
    {good, perms{0602}, false},
  };
  for (const auto& [text, rights, is_fine] : found) {
    const tests::temp_dir dir;
    const auto file = dir.write("dev-key", text);
    std::filesystem::permissions(file, rights);

    const auto key = take_development_key(file);

    EXPECT_EQ(key.has_value(), is_fine) << text << ", " << static_cast<unsigned>(rights);
    if (!key) {
      EXPECT_EQ(key.error().code, errc::io);
    }
  }
}

TEST(DevelopmentKey, LinkIsAnErrorAndNotFollowed) {
  const tests::temp_dir dir;
  const auto victim = dir.write("victim", std::string(40, 'k'));
  std::filesystem::permissions(victim, std::filesystem::perms{0600});
  std::filesystem::create_symlink(victim, dir.path() / "dev-key");
  std::filesystem::create_symlink(dir.path() / "nowhere", dir.path() / "dangling");

  EXPECT_FALSE(take_development_key(dir.path() / "dev-key"));
  EXPECT_FALSE(take_development_key(dir.path() / "dangling"));
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "nowhere"));
}

TEST(DevelopmentKey, DirectoryOfANewKeyIsForItsOwnerAlone) {
  const tests::temp_dir dir;

  ASSERT_TRUE(take_development_key(dir.path() / "var" / "dev-key"));

  EXPECT_EQ(std::filesystem::status(dir.path() / "var").permissions(),
            std::filesystem::perms{0700});
}

TEST(DevelopmentKey, PlaceThatCannotBeWrittenIsAnError) {
  const tests::temp_dir dir;
  dir.write("file", "");

  EXPECT_FALSE(take_development_key(dir.path() / "file" / "dev-key"));
  EXPECT_FALSE(take_development_key(dir.path()));
}

} // namespace callboard::app
