#include <callboard/agents.hpp>

#include "tests/agents/tasks.hpp"
#include "tests/support/counter.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace callboard::test {

namespace {

TEST(EchoAgent, DefaultPrefixComesBeforeTheContentAtOnce) {
  const auto tested = make_echo_agent();
  const answer_slot slot;

  tested->start(make_task("hi"), slot.taker());

  ASSERT_EQ(slot.count(), 1u);
  EXPECT_EQ(slot.wait().content, "echo: hi");
}

TEST(EchoAgent, PrefixCanBeSet) {
  const auto tested = make_echo_agent({.prefix = "> "});
  const answer_slot slot;

  tested->start(make_task("hi"), slot.taker());

  EXPECT_EQ(slot.wait().content, "> hi");
}

TEST(EchoAgent, LongestDelayDoesNotWrap) {
  const auto tested = make_echo_agent({.delay = std::chrono::milliseconds::max()});
  const auto quick = make_echo_agent({.delay = std::chrono::milliseconds{1}});
  const answer_slot never;
  const answer_slot soon;

  tested->start(make_task("never"), never.taker());
  quick->start(make_task("soon"), soon.taker());

  EXPECT_EQ(soon.wait().content, "echo: soon");
  EXPECT_EQ(never.count(), 0u);
}

TEST(FunctionAgent, ErrorFailsTheTask) {
  const auto tested
    = make_function_agent([](const agent_task&, const auto&) -> result<agent_answer> {
        return fail(errc::io, "disk is full");
      });
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  const auto answer = slot.wait();
  EXPECT_EQ(answer.status, answer_status::failed);
  EXPECT_EQ(answer.error, "disk is full");
  EXPECT_FALSE(answer.is_final);
}

TEST(FunctionAgent, ExceptionFailsTheTaskAndOthersGoOn) {
  const auto tested = make_function_agent(
    [](const agent_task& task, const auto&) -> result<agent_answer> {
      if (*task.content == "known")
        throw std::runtime_error("it broke");
      if (*task.content == "mute")
        throw std::runtime_error("");
      if (*task.content == "unknown")
        throw 42;
      return agent_answer::complete("fine");
    },
    1);
  std::vector<answer_slot> slots(4);

  tested->start(make_task("known"), slots[0].taker());
  tested->start(make_task("mute"), slots[1].taker());
  tested->start(make_task("unknown"), slots[2].taker());
  tested->start(make_task("ok"), slots[3].taker());

  EXPECT_EQ(slots[0].wait().error, "it broke");
  EXPECT_EQ(slots[1].wait().error, "agent failed without giving a reason");
  EXPECT_EQ(slots[2].wait().error, "agent failed with an exception of unknown type");
  EXPECT_EQ(slots[3].wait().content, "fine");
}

TEST(FunctionAgent, BadUtf8IsReplaced) {
  const auto tested
    = make_function_agent([](const agent_task&, const auto&) -> result<agent_answer> {
        return agent_answer::complete("a\xFFz");
      });
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().content, "a\xEF\xBF\xBDz");
}

TEST(FunctionAgent, TasksBeyondThePoolWaitTheirTurn) {
  counter started;
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  const auto tested = make_function_agent(
    [&](const agent_task& task, const auto&) -> result<agent_answer> {
      started.add();
      opened.wait();
      return agent_answer::complete(*task.content);
    },
    2);
  std::vector<answer_slot> slots(5);

  for (std::size_t n = 0; n < slots.size(); ++n)
    tested->start(make_task(std::to_string(n)), slots[n].taker());
  started.await(2);
  const auto started_while_full = started.value();
  gate.set_value();

  EXPECT_EQ(started_while_full, 2u);
  for (std::size_t n = 0; n < slots.size(); ++n)
    EXPECT_EQ(slots[n].wait().content, std::to_string(n));
}

TEST(FunctionAgent, CanceledTaskThatWaitsIsNeverRun) {
  counter started;
  std::promise<void> gate;
  const auto opened = gate.get_future().share();
  const auto tested = make_function_agent(
    [&](const agent_task&, const auto&) -> result<agent_answer> {
      started.add();
      opened.wait();
      return agent_answer::complete("ran");
    },
    1);
  const answer_slot first;
  const answer_slot waiting;
  const answer_slot last;
  const auto canceled = make_task("waits");
  tested->start(make_task("first"), first.taker());
  tested->start(canceled, waiting.taker());
  tested->start(make_task("last"), last.taker());
  started.await(1);

  tested->cancel(canceled->id);
  gate.set_value();

  EXPECT_EQ(waiting.wait().error, "task was canceled");
  EXPECT_EQ(first.wait().content, "ran");
  EXPECT_EQ(last.wait().content, "ran");
  EXPECT_EQ(started.value(), 2u);
}

TEST(AsyncFunctionAgent, AnswerMayComeFromAnyThread) {
  std::future<void> worker;
  const auto tested = make_async_function_agent([&](const task_ptr& task, completion done) {
    worker = std::async(std::launch::async, [task, answer = std::move(done)] {
      answer(agent_answer::complete("from a thread: " + *task->content));
    });
  });
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().content, "from a thread: x");
}

TEST(AsyncFunctionAgent, ExceptionFailsTheTask) {
  const auto tested = make_async_function_agent(
    [](const task_ptr&, const completion&) { throw std::runtime_error("not today"); });
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "not today");
}

TEST(AsyncFunctionAgent, DroppedCompletionFailsTheTask) {
  const auto tested = make_async_function_agent([](const task_ptr&, const completion&) {});
  const answer_slot slot;

  tested->start(make_task("x"), slot.taker());

  EXPECT_EQ(slot.wait().error, "agent dropped the task");
}

TEST(AsyncFunctionAgent, CancelHookHearsOfRunningTasksOnly) {
  std::vector<completion> held;
  std::vector<uuid> canceled;
  const auto tested = make_async_function_agent(
    [&](const task_ptr&, completion done) { held.push_back(std::move(done)); },
    [&](const uuid& id) { canceled.push_back(id); });
  const answer_slot answered_slot;
  const answer_slot running_slot;
  const auto answered = make_task("answered");
  const auto running = make_task("running");
  tested->start(answered, answered_slot.taker());
  tested->start(running, running_slot.taker());
  held.front()(agent_answer::complete("done"));

  tested->cancel(answered->id);
  tested->cancel(fresh_id());
  tested->cancel(running->id);
  tested->cancel(running->id);

  EXPECT_EQ(canceled, std::vector<uuid>{running->id});
  EXPECT_EQ(running_slot.wait().error, "task was canceled");
}

TEST(AsyncFunctionAgent, ThrowingCancelHookDoesNotKeepTheTask) {
  std::vector<completion> held;
  const auto tested = make_async_function_agent(
    [&](const task_ptr&, completion done) { held.push_back(std::move(done)); },
    [](const uuid&) { throw std::runtime_error("hook"); });
  const answer_slot slot;
  const auto task = make_task("x");
  tested->start(task, slot.taker());

  tested->cancel(task->id);

  EXPECT_EQ(slot.wait().error, "task was canceled");
}

TEST(AsyncFunctionAgent, LateAnswerIsDropped) {
  std::vector<completion> held;
  auto tested = make_async_function_agent(
    [&](const task_ptr&, completion done) { held.push_back(std::move(done)); });
  const answer_slot slot;
  tested->start(make_task("x"), slot.taker());

  tested.reset();
  held.front()(agent_answer::complete("too late"));

  EXPECT_EQ(slot.wait().error, "agent was stopped");
  EXPECT_EQ(slot.count(), 1u);
}

} // namespace

} // namespace callboard::test
