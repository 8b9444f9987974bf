#include "actors/registry/agent_directory.hpp"

#include <gtest/gtest.h>

namespace callboard::actors::test {

namespace {

agent_info agent_of(std::uint8_t number, const char* name) {
  agent_info made;
  made.id.bytes.back() = number;
  made.name = name;
  return made;
}

agent_directory directory_of(const std::vector<agent_info>& infos) {
  return {infos, std::vector<agent_actor>(infos.size() + 1)};
}

TEST(AgentDirectory, FindsAgentsByIdAlone) {
  auto agents = directory_of({agent_of(1, "one"), agent_of(2, "two")});

  EXPECT_EQ(agents.find(agent_of(2, "").id)->info.name, "two");
  EXPECT_EQ(agents.find(agent_of(3, "").id), nullptr);
  EXPECT_EQ(agents.find({}), nullptr) << "no id leads to the one for callbacks";
}

TEST(AgentDirectory, KeepsOneForCallbacksBehindTheOthers) {
  auto agents = directory_of({agent_of(1, "one")});

  EXPECT_EQ(&agents.all().back(), &agents.callback());
  EXPECT_EQ(agents.all().size(), 2u);
}

TEST(AgentDirectory, ChoosesTheAgentOfAJobOrTheFirst) {
  auto agents = directory_of({agent_of(1, "one"), agent_of(2, "two")});
  new_job wanted;
  EXPECT_EQ(agents.choose(wanted).value(), agents.find(agent_of(1, "").id));

  wanted.agent_id = agent_of(2, "").id;
  EXPECT_EQ(agents.choose(wanted).value(), agents.find(agent_of(2, "").id));
  wanted.agent_id = agent_of(3, "").id;
  EXPECT_EQ(agents.choose(wanted).error().code, errc::agent_not_found);
  auto none = directory_of({});

  EXPECT_EQ(none.choose(new_job{}).error().code, errc::no_agents);
}

} // namespace

} // namespace callboard::actors::test
