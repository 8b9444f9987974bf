// The examples of docs/agents.md, run as they stand there.

#include <callboard/agents.hpp>

#include "tests/agents/server_process.hpp"
#include "tests/agents/tasks.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace callboard::test {

namespace {

/// The first block of that language on the page.
std::string example(const std::string& language) {
  std::ifstream file{AGENTS_PAGE, std::ios::binary};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  const auto fence = "\n```" + language + '\n';
  const auto start = page.find(fence);
  const auto end = page.find("\n```\n", start + fence.size());
  if (start == std::string::npos || end == std::string::npos) {
    ADD_FAILURE() << "the page has no example in " << language;
    return {};
  }
  return page.substr(start + fence.size(), end - start - fence.size()) + '\n';
}

agent_answer answer_of(agent& tested, const std::string& content) {
  const answer_slot slot;
  tested.start(make_task(content), slot.taker());
  return slot.wait();
}

TEST(AgentsPage, WebhookExampleAnswersSignedRequestsOnly) {
  const tests::temp_dir directory;
  const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const server_process server{{"node", directory.write("agent.mjs", example("js")).string()},
                              {{"HOOK_SECRET", secret}, {"PORT", "0"}}};
  ASSERT_EQ(server.fault(), "");
  http_agent_options options;
  options.url = server.url() + "/tasks";
  const auto client = make_outbound_http();

  const auto unsigned_answer
    = answer_of(*make_http_agent(options, client, nullptr).value(), "hello");
  options.secret = "another secret";
  const auto wrong_answer = answer_of(*make_http_agent(options, client, nullptr).value(), "hello");
  options.secret = secret;
  const auto good_answer = answer_of(*make_http_agent(options, client, nullptr).value(), "héllo");

  EXPECT_EQ(unsigned_answer.error, "agent answered 401");
  EXPECT_EQ(wrong_answer.error, "agent answered 401");
  EXPECT_EQ(good_answer.content, "You said: héllo") << good_answer.error;
}

TEST(AgentsPage, ExecExampleCountsWords) {
  const tests::temp_dir directory;
  const auto script = directory.write("words.sh", example("bash"));
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  exec_options options;
  options.command = {script.string()};
  const auto tested = make_exec_agent(options).value();

  const auto counted = answer_of(*tested, "one two three");
  const auto empty = answer_of(*tested, "");

  EXPECT_EQ(counted.content, "3 words") << counted.error;
  EXPECT_EQ(counted.metadata.text(), R"({"words":3})");
  EXPECT_EQ(empty.error, "program exited with status 1");
}

} // namespace

} // namespace callboard::test
