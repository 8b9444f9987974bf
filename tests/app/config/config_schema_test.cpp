#include "app/config/config_schema.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "app/config/config.hpp"
#include "app/config/config_check.hpp"
#include "app/config/config_print.hpp"
#include "tests/support/temp_dir.hpp"

namespace callboard::app {

TEST(ConfigKeys, SectionsStandBeforeWhatIsInThem) {
  std::set<std::string, std::less<>> sections{""};

  for (const auto& rule : config_keys()) {
    EXPECT_TRUE(sections.contains(rule.parent())) << rule.pointer;
    if (rule.type == key_type::section)
      sections.emplace(rule.pointer);
    if (rule.type == key_type::sections)
      sections.insert(std::string{rule.pointer} + "/*");
  }
}

TEST(ConfigKeys, NoKeyStandsTwiceForOneTypeOfAgent) {
  std::set<std::pair<std::string_view, std::string_view>> seen;

  for (const auto& rule : config_keys())
    EXPECT_TRUE(seen.emplace(rule.pointer, rule.agent_type).second) << rule.pointer;
}

TEST(ConfigKeys, DefaultsKeepTheirOwnRules) {
  config_document document;

  fill_defaults(document.values);
  document.shown = document.values;
  check_document(document);

  for (const auto& fault : document.faults)
    ADD_FAILURE() << fault.where << ' ' << fault.what;
  EXPECT_EQ(document.values["capacity"]["maxJobs"], 10'000);
}

TEST(ConfigKeys, VariablesAreNamedAfterThePointer) {
  const auto variable_of = [](std::string_view pointer) {
    const auto& keys = config_keys();
    const auto found = std::find_if(keys.begin(), keys.end(),
                                    [&](const key_rule& rule) { return rule.pointer == pointer; });
    return found == keys.end() || !found->has_variable() ? std::string{} : found->variable();
  };

  EXPECT_EQ(variable_of("/listen"), "CALLBOARD_LISTEN");
  EXPECT_EQ(variable_of("/storeSync"), "CALLBOARD_STORE_SYNC");
  EXPECT_EQ(variable_of("/capacity/maxLiveJobs"), "CALLBOARD_CAPACITY_MAX_LIVE_JOBS");
  EXPECT_EQ(variable_of("/agents"), "");
  EXPECT_EQ(variable_of("/agents/*/name"), "");
  EXPECT_EQ(variable_of("/log"), "");
}

namespace {

std::string documentation() {
  std::ifstream file{CALLBOARD_SOURCE_DIR "/docs/configuration.md"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST(ConfigDocumentation, HoldsTheTableOfKeys) {
  EXPECT_NE(documentation().find(print_key_table()), std::string::npos)
    << "docs/configuration.md does not hold the table of keys as it is now; put in what "
       "`callboard check-config --keys` prints:\n"
    << print_key_table();
}

TEST(ConfigDocumentation, ExampleLoads) {
  constexpr std::string_view fence = "```jsonc\n";
  const auto text = documentation();
  const auto begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const auto end = text.find("```", begin + fence.size());
  const tests::temp_dir dir;
  dir.write("callboard.json", text.substr(begin + fence.size(), end - begin - fence.size()));

  const auto config = load_config(
    {.directory = dir.path(), .file = {}, .variables = {{"HOOK_SECRET", "x"}}, .flags = {}});

  ASSERT_TRUE(config) << config.error().front().where << ' ' << config.error().front().what;
  EXPECT_EQ(config->agents.size(), 3U);
}

} // namespace callboard::app
