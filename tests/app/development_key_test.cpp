#include "app/development_key.hpp"

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

TEST(DevelopmentKey, FileWithoutAKeyIsAnError) {
  const tests::temp_dir dir;

  const auto key = take_development_key(dir.write("dev-key", "\n"));

  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, errc::io);
}

TEST(DevelopmentKey, PlaceThatCannotBeWrittenIsAnError) {
  const tests::temp_dir dir;
  dir.write("file", "");

  EXPECT_FALSE(take_development_key(dir.path() / "file" / "dev-key"));
  EXPECT_FALSE(take_development_key(dir.path()));
}

} // namespace callboard::app
