#include <callboard/task_callbacks.hpp>

#include "tests/agents/tasks.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace callboard::test {

namespace {

const std::string answer_body = R"({"content":"called back"})";

TEST(TaskCallbacks, TokenOpensTheTaskOnce) {
  const auto table = make_task_callbacks();
  const answer_slot slot;
  const auto id = fresh_id();
  const auto token = table->expect(id, slot.taker());

  const auto first = table->deliver(id, token, answer_body);
  const auto second = table->deliver(id, token, answer_body);

  EXPECT_TRUE(first);
  EXPECT_EQ(slot.wait().content, "called back");
  EXPECT_EQ(slot.count(), 1u);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::conflict);
}

TEST(TaskCallbacks, UnknownTaskIsNotFound) {
  const auto table = make_task_callbacks();

  const auto delivered = table->deliver(fresh_id(), "token", answer_body);

  ASSERT_FALSE(delivered);
  EXPECT_EQ(delivered.error().code, errc::not_found);
}

TEST(TaskCallbacks, WrongTokenIsForbiddenAndLeavesTheTaskOpen) {
  const auto table = make_task_callbacks();
  const answer_slot slot;
  const answer_slot other_slot;
  const auto id = fresh_id();
  const auto token = table->expect(id, slot.taker());
  const auto other_token = table->expect(fresh_id(), other_slot.taker());
  EXPECT_NE(token, other_token);

  for (const auto& wrong : {std::string{}, std::string{"x"}, token + "x", other_token}) {
    const auto delivered = table->deliver(id, wrong, answer_body);
    ASSERT_FALSE(delivered);
    EXPECT_EQ(delivered.error().code, errc::forbidden);
  }

  EXPECT_EQ(slot.count(), 0u);
  EXPECT_TRUE(table->deliver(id, token, answer_body));
}

TEST(TaskCallbacks, BadBodyIsRefusedAndLeavesTheTaskOpen) {
  const auto table = make_task_callbacks();
  const answer_slot slot;
  const auto id = fresh_id();
  const auto token = table->expect(id, slot.taker());

  for (const auto& bad :
       {std::string{"nonsense"}, std::string{"[]"}, std::string{R"({"content":1})"},
        '"' + std::string(3'000'000, 'x') + '"'}) {
    const auto delivered = table->deliver(id, token, bad);
    ASSERT_FALSE(delivered);
    EXPECT_EQ(delivered.error().code, errc::invalid_argument);
  }

  EXPECT_EQ(slot.count(), 0u);
  EXPECT_TRUE(table->deliver(id, token, answer_body));
}

TEST(TaskCallbacks, ClosedTaskChecksTheTokenThenConflicts) {
  const auto table = make_task_callbacks();
  const answer_slot slot;
  const auto id = fresh_id();
  const auto token = table->expect(id, slot.taker());

  table->close(id);
  table->close(id);
  table->close(fresh_id());

  EXPECT_EQ(table->deliver(id, "wrong", answer_body).error().code, errc::forbidden);
  EXPECT_EQ(table->deliver(id, token, answer_body).error().code, errc::conflict);
  EXPECT_EQ(table->deliver(id, token, "nonsense").error().code, errc::conflict);
}

TEST(TaskCallbacks, OpenTaskExpectedAgainKeepsItsTokenAndAnswersTheNewCaller) {
  const auto table = make_task_callbacks();
  const answer_slot old_slot;
  const answer_slot new_slot;
  const auto id = fresh_id();
  const auto token = table->expect(id, old_slot.taker());

  EXPECT_EQ(table->expect(id, new_slot.taker()), token);
  EXPECT_TRUE(table->deliver(id, token, answer_body));

  EXPECT_EQ(new_slot.wait().content, "called back");
  EXPECT_EQ(old_slot.wait().error, "agent dropped the task");
}

TEST(TaskCallbacks, ClosedTaskExpectedAgainGetsANewToken) {
  const auto table = make_task_callbacks();
  const answer_slot old_slot;
  const answer_slot new_slot;
  const auto id = fresh_id();
  const auto old_token = table->expect(id, old_slot.taker());
  table->close(id);

  const auto new_token = table->expect(id, new_slot.taker());

  EXPECT_NE(new_token, old_token);
  EXPECT_EQ(table->deliver(id, old_token, answer_body).error().code, errc::forbidden);
  EXPECT_TRUE(table->deliver(id, new_token, answer_body));
}

TEST(TaskCallbacks, LastTenThousandClosedTasksAreRemembered) {
  constexpr std::size_t remembered = 10'000;
  const auto table = make_task_callbacks();
  std::vector<uuid> ids;
  std::vector<std::string> tokens;
  for (std::size_t n = 0; n < remembered + 2; ++n) {
    ids.push_back(fresh_id());
    tokens.push_back(table->expect(ids.back(), completion{}));
  }
  // Opened again after the first closing, so that closing must not count as its last.
  table->close(ids[0]);
  tokens[0] = table->expect(ids[0], completion{});

  for (const auto& id : ids)
    table->close(id);

  EXPECT_EQ(table->deliver(ids[0], tokens[0], answer_body).error().code, errc::not_found);
  EXPECT_EQ(table->deliver(ids[1], tokens[1], answer_body).error().code, errc::not_found);
  EXPECT_EQ(table->deliver(ids[2], tokens[2], answer_body).error().code, errc::conflict);
  EXPECT_EQ(table->deliver(ids.back(), tokens.back(), answer_body).error().code, errc::conflict);
}

TEST(TaskCallbacks, CompletionMayUseTheTable) {
  const auto table = make_task_callbacks();
  const auto id = fresh_id();
  agent_answer seen;
  const auto token = table->expect(id, completion{[&](agent_answer answer) {
                                     table->close(id);
                                     seen = std::move(answer);
                                   }});

  EXPECT_TRUE(table->deliver(id, token, answer_body));

  EXPECT_EQ(seen.content, "called back");
}

TEST(TaskCallbacks, RaceOfAnswersHasOneWinner) {
  const auto table = make_task_callbacks();
  for (int round = 0; round < 50; ++round) {
    const answer_slot slot;
    const auto id = fresh_id();
    const auto token = table->expect(id, slot.taker());
    std::atomic<int> winners{0};
    std::vector<std::thread> callers;
    for (int n = 0; n < 4; ++n)
      callers.emplace_back([&] { winners += table->deliver(id, token, answer_body) ? 1 : 0; });
    for (auto& caller : callers)
      caller.join();

    EXPECT_EQ(winners, 1);
    EXPECT_EQ(slot.count(), 1u);
  }
}

} // namespace

} // namespace callboard::test
