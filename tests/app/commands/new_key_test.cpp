#include "app/commands/new_key.hpp"

#include "app/digest.hpp"
#include "tests/app/config/config_fixture.hpp"

namespace callboard::app {

using NewKey = config_test;

TEST_F(NewKey, EntryCanBePastedIntoTheConfiguration) {
  const auto made = make_key("a \"name\"", "org123", {"MESSAGING", "JOBS"});

  const auto config = load_good(R"({"apiKeys":[)" + made.entry + "]}");

  ASSERT_EQ(config.http.keys.size(), 1U);
  EXPECT_EQ(config.http.keys[0].name, "a \"name\"");
  EXPECT_EQ(config.http.keys[0].organisation, "org123");
  EXPECT_EQ(config.http.keys[0].sha256, sha256_of(made.key));
  EXPECT_EQ(config.http.keys[0].scopes, (std::set{api_scope::messaging, api_scope::jobs}));
  EXPECT_EQ(made.entry.find(made.key), std::string::npos);
}

} // namespace callboard::app
