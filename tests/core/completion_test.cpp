#include <callboard/agent.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace callboard::test {

namespace {

/// Where the answers go.
struct receiver {
  std::vector<agent_answer> answers;

  completion done() {
    return completion{[this](agent_answer answer) { answers.push_back(std::move(answer)); }};
  }
};

} // namespace

TEST(AgentAnswer, FactoriesMakeTheThreeWaysToEnd) {
  const auto metadata = json_text::from_valid(R"({"n":1})");

  const auto completed = agent_answer::complete("done", metadata);
  const auto failed = agent_answer::failure("no luck");
  const auto failed_for_good = agent_answer::final_failure("no use");

  EXPECT_EQ(completed.status, answer_status::completed);
  EXPECT_EQ(completed.content, "done");
  EXPECT_EQ(completed.metadata, metadata);
  EXPECT_EQ(failed.status, answer_status::failed);
  EXPECT_EQ(failed.error, "no luck");
  EXPECT_FALSE(failed.is_final);
  EXPECT_EQ(failed_for_good.status, answer_status::failed);
  EXPECT_EQ(failed_for_good.error, "no use");
  EXPECT_TRUE(failed_for_good.is_final);
}

TEST(Completion, AnswerIsDeliveredAsItIs) {
  receiver who;

  who.done()(agent_answer::complete("done"));

  ASSERT_EQ(who.answers.size(), 1u);
  EXPECT_EQ(who.answers[0].content, "done");
}

TEST(Completion, OnlyTheFirstAnswerCounts) {
  receiver who;
  const auto done = who.done();

  done(agent_answer::complete("first"));
  done(agent_answer::complete("second"));

  ASSERT_EQ(who.answers.size(), 1u);
  EXPECT_EQ(who.answers[0].content, "first");
}

TEST(Completion, CopiesShareOneAnswer) {
  receiver who;
  const auto done = who.done();
  const auto copy = done;

  copy(agent_answer::complete("copy"));
  done(agent_answer::complete("original"));

  ASSERT_EQ(who.answers.size(), 1u);
  EXPECT_EQ(who.answers[0].content, "copy");
}

TEST(Completion, TaskFailsWhenTheLastCopyGoesUnanswered) {
  receiver who;
  {
    std::optional<completion> original{who.done()};
    const auto copy = *original;

    original.reset();
    EXPECT_TRUE(who.answers.empty());
  }

  ASSERT_EQ(who.answers.size(), 1u);
  EXPECT_EQ(who.answers[0].status, answer_status::failed);
  EXPECT_EQ(who.answers[0].error, "agent dropped the task");
  EXPECT_FALSE(who.answers[0].is_final);
}

TEST(Completion, AnsweredTaskDoesNotFailWhenItsCopiesGo) {
  receiver who;
  {
    const auto done = who.done();
    done(agent_answer::complete("done"));
  }

  EXPECT_EQ(who.answers.size(), 1u);
}

TEST(Completion, MovedFromCompletionDoesNothing) {
  receiver who;
  auto done = who.done();
  auto moved = std::move(done);

  done(agent_answer::complete("from the empty one")); // NOLINT(bugprone-use-after-move): the point
  EXPECT_TRUE(who.answers.empty());
  moved(agent_answer::complete("done"));

  EXPECT_EQ(who.answers.size(), 1u);
}

TEST(Completion, EmptyCompletionDoesNothing) {
  const completion none;

  none(agent_answer::complete("done"));
}

TEST(Completion, AnswerMayDropTheLastCopy) {
  std::optional<completion> held;
  int answers = 0;
  held.emplace([&](agent_answer) {
    ++answers;
    held.reset();
  });

  const auto done = *held;
  done(agent_answer::complete("done"));

  EXPECT_EQ(answers, 1);
}

// For ThreadSanitizer: threads that answer, copy and drop at the same time.
TEST(Completion, ThreadsThatRaceDeliverOneAnswer) {
  constexpr int rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> answers{0};
    std::string delivered;
    {
      std::optional<completion> done;
      done.emplace([&](agent_answer answer) {
        ++answers;
        delivered = std::move(answer.content);
      });
      std::atomic<bool> go{false};
      std::vector<std::thread> threads;
      for (int i = 0; i < 3; ++i)
        threads.emplace_back([&go, i, mine = *done] {
          while (!go)
            std::this_thread::yield();
          const auto copy = mine;
          if (i > 0)
            copy(agent_answer::complete("thread " + std::to_string(i)));
        });
      done.reset();
      go = true;
      for (auto& one : threads)
        one.join();
    }
    ASSERT_EQ(answers, 1);
    ASSERT_FALSE(delivered.empty());
  }
}

TEST(Completion, ThreadsThatDropTheLastCopiesDeliverOneFailure) {
  constexpr int rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> answers{0};
    std::optional<completion> done;
    done.emplace(
      [&](agent_answer answer) { answers += answer.error == "agent dropped the task" ? 1 : 1000; });
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
      threads.emplace_back([mine = *done]() mutable { mine = completion{}; });
    done.reset();
    for (auto& one : threads)
      one.join();

    ASSERT_EQ(answers, 1);
  }
}

} // namespace callboard::test
