#include "tests/agents/contract.hpp"
#include "tests/agents/tasks.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace callboard::test {

namespace {

template <class Harness>
std::string type_name(const ::testing::TestParamInfo<agent_type<Harness>>& type) {
  return type.param.name;
}

/// What holds for every agent.
class AgentContract : public ::testing::TestWithParam<agent_type<agent_harness>> {
protected:
  std::unique_ptr<agent_harness> harness = GetParam().make_harness();
};

TEST_P(AgentContract, TaskIsAnsweredOnce) {
  const auto tested = harness->echoing();
  const answer_slot slot;

  tested->start(make_task("hello"), slot.taker());

  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
  EXPECT_EQ(answer.content, "echo: hello");
  EXPECT_EQ(slot.count(), 1u);
}

TEST_P(AgentContract, ConcurrentTasksEachGetTheirOwnAnswer) {
  const auto tested = harness->echoing();
  std::vector<answer_slot> slots(20);

  for (std::size_t n = 0; n < slots.size(); ++n)
    tested->start(make_task("task " + std::to_string(n)), slots[n].taker());

  for (std::size_t n = 0; n < slots.size(); ++n) {
    EXPECT_EQ(slots[n].wait().content, "echo: task " + std::to_string(n));
    EXPECT_EQ(slots[n].count(), 1u);
  }
}

TEST_P(AgentContract, CancelGivesRunningTaskUp) {
  const auto tested = harness->holding();
  const answer_slot slot;
  const auto task = make_task("hold");
  tested->start(task, slot.taker());
  harness->await_held(1);

  tested->cancel(task->id);

  harness->await_given_up(1);
  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_EQ(answer.error, "task was canceled");
  EXPECT_EQ(slot.count(), 1u);
}

TEST_P(AgentContract, CancelRightAfterStartGivesTaskUp) {
  const auto tested = harness->holding();
  std::vector<answer_slot> slots(10);

  for (const auto& slot : slots) {
    const auto task = make_task("hold");
    tested->start(task, slot.taker());
    tested->cancel(task->id);
  }

  for (const auto& slot : slots) {
    EXPECT_EQ(slot.wait().error, "task was canceled");
    EXPECT_EQ(slot.count(), 1u);
  }
}

TEST_P(AgentContract, CancelAfterAnswerIsIgnored) {
  const auto tested = harness->echoing();
  const answer_slot slot;
  const auto task = make_task("quick");
  tested->start(task, slot.taker());
  slot.wait();

  tested->cancel(task->id);
  tested->cancel(task->id);

  EXPECT_EQ(slot.wait().content, "echo: quick");
  EXPECT_EQ(slot.count(), 1u);
}

TEST_P(AgentContract, CancelTouchesNoOtherTask) {
  const auto tested = harness->holding();
  const answer_slot kept;
  const answer_slot canceled;
  const auto kept_task = make_task("keep");
  const auto canceled_task = make_task("cancel");
  tested->start(kept_task, kept.taker());
  tested->start(canceled_task, canceled.taker());
  harness->await_held(2);

  tested->cancel(fresh_id());
  tested->cancel(canceled_task->id);

  harness->await_given_up(1);
  EXPECT_EQ(canceled.wait().error, "task was canceled");
  EXPECT_EQ(kept.count(), 0u);
  tested->cancel(kept_task->id);
  EXPECT_EQ(kept.wait().error, "task was canceled");
}

TEST_P(AgentContract, TaskStartedAgainAfterCancelIsANewOne) {
  const auto tested = harness->holding();
  const answer_slot first;
  const answer_slot second;
  const auto task = make_task("again");
  tested->start(task, first.taker());
  tested->cancel(task->id);

  tested->start(task, second.taker());

  EXPECT_EQ(first.wait().error, "task was canceled");
  EXPECT_EQ(second.count(), 0u);
  tested->cancel(task->id);
  EXPECT_EQ(second.wait().error, "task was canceled");
}

TEST_P(AgentContract, TaskStartedTwiceAnswersTheSecondCaller) {
  const auto tested = harness->holding();
  const answer_slot first;
  const answer_slot second;
  const auto task = make_task("twice");
  tested->start(task, first.taker());

  tested->start(task, second.taker());

  EXPECT_EQ(first.wait().error, "task was sent again");
  EXPECT_EQ(second.count(), 0u);
  tested->cancel(task->id);
  EXPECT_EQ(second.wait().error, "task was canceled");
}

TEST_P(AgentContract, DestructionFailsTasksUnderWay) {
  auto tested = harness->holding();
  std::vector<answer_slot> slots(3);
  for (const auto& slot : slots)
    tested->start(make_task("hold"), slot.taker());
  harness->await_held(slots.size());

  tested.reset();

  for (const auto& slot : slots) {
    EXPECT_EQ(slot.wait().error, "agent was stopped");
    EXPECT_EQ(slot.count(), 1u);
  }
  harness->await_given_up(slots.size());
}

TEST_P(AgentContract, LastReferenceMayGoInTheCompletion) {
  auto tested = harness->echoing();
  auto last = std::make_shared<std::shared_ptr<agent>>(tested);
  std::promise<void> released;
  const answer_slot slot;
  completion done{[last, caller = std::this_thread::get_id(),
                   is_last = released.get_future().share(),
                   taker = slot.taker()](agent_answer answer) {
    // An agent that answers within `start` is held by the caller of `start`.
    if (std::this_thread::get_id() != caller)
      is_last.wait();
    last->reset();
    taker(std::move(answer));
  }};

  tested->start(make_task("the end"), std::move(done));
  tested.reset();
  released.set_value();

  EXPECT_EQ(slot.wait().content, "echo: the end");
}

INSTANTIATE_TEST_SUITE_P(
  Types, AgentContract,
  ::testing::Values(agent_type<agent_harness>{"Echo", make_echo_harness},
                    agent_type<agent_harness>{"Function", make_function_harness},
                    agent_type<agent_harness>{"AsyncFunction", make_async_function_harness},
                    agent_type<agent_harness>{"Exec", make_exec_harness},
                    agent_type<agent_harness>{"Http", make_http_harness},
                    agent_type<agent_harness>{"Openai", make_openai_harness}),
  type_name<agent_harness>);

/// What holds for every agent whose other side speaks for itself. (An `openai` agent reports what the
/// protocol of the model servers knows; its own tests cover that.)
class FullAgentContract : public ::testing::TestWithParam<agent_type<full_harness>> {
protected:
  std::unique_ptr<full_harness> harness = GetParam().make_harness();
};

TEST_P(FullAgentContract, AnswerCarriesMetadata) {
  const auto tested = harness->with_metadata(R"({"rows":[1,2,3],"source":"tést"})");
  const answer_slot slot;

  tested->start(make_task("metadata, please"), slot.taker());

  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::completed) << answer.error;
  EXPECT_EQ(answer.content, "rich");
  EXPECT_EQ(answer.metadata.text(), R"({"rows":[1,2,3],"source":"tést"})");
}

TEST_P(FullAgentContract, FailureMayBeRetried) {
  const auto tested = harness->failing(false);
  const answer_slot slot;

  tested->start(make_task("fail"), slot.taker());

  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_NE(answer.error.find("boom"), std::string::npos) << answer.error;
  EXPECT_FALSE(answer.is_final);
}

TEST_P(FullAgentContract, FinalFailureIsFinal) {
  const auto tested = harness->failing(true);
  const answer_slot slot;

  tested->start(make_task("fail"), slot.taker());

  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_NE(answer.error.find("boom"), std::string::npos) << answer.error;
  EXPECT_TRUE(answer.is_final);
}

TEST_P(FullAgentContract, CancelLeavesOtherTasksToTheirAnswers) {
  const auto tested = harness->holding();
  const answer_slot canceled;
  const answer_slot kept;
  const auto task = make_task("cancel");
  tested->start(task, canceled.taker());
  tested->start(make_task("keep"), kept.taker());
  harness->await_held(2);

  tested->cancel(task->id);
  harness->let_go();

  EXPECT_EQ(kept.wait().content, "late");
  EXPECT_EQ(canceled.wait().error, "task was canceled");
  EXPECT_EQ(canceled.count(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
  Types, FullAgentContract,
  ::testing::Values(agent_type<full_harness>{"Function", make_function_harness},
                    agent_type<full_harness>{"AsyncFunction", make_async_function_harness},
                    agent_type<full_harness>{"Exec", make_exec_harness},
                    agent_type<full_harness>{"Http", make_http_harness}),
  type_name<full_harness>);

} // namespace

} // namespace callboard::test
