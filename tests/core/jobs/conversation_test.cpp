#include "core/jobs/conversation.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

namespace event = core::event;
using namespace std::chrono_literals;

agent_info agent() {
  agent_info made;
  made.id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  made.name = "echo";
  return made;
}

task_ptr task_of(situation where) {
  return core::make_task(job_in(where).record, agent(), at(9000).wall);
}

std::vector<std::string> history_of(const agent_task& task) {
  std::vector<std::string> lines;
  for (const auto& one : task.history)
    lines.push_back(one.role + ": " + *one.content);
  return lines;
}

const std::vector<std::string> first_turn{"user: hello", "assistant: tell me more"};

} // namespace

TEST(Conversation, FirstTurnIsThePromptAlone) {
  const auto job = job_in(situation::queued).record;

  const auto task = core::make_task(job, agent(), at(0).wall);

  EXPECT_EQ(task->id, job->tasks[0].id);
  EXPECT_EQ(task->job, job);
  EXPECT_EQ(task->kind, task_kind::start);
  EXPECT_EQ(task->attempt, 1u);
  EXPECT_EQ(*task->content, "hello");
  EXPECT_TRUE(task->history.empty());
  EXPECT_EQ(task->agent_id, agent().id);
  EXPECT_EQ(task->agent_name, "echo");
}

TEST(Conversation, PromptIsSharedWithTheJob) {
  const auto job = job_in(situation::queued).record;

  EXPECT_EQ(core::make_task(job, agent(), at(0).wall)->content.get(), &job->spec->content);
}

TEST(Conversation, RetryOfTheFirstTurnIsThePromptAgain) {
  const auto task = task_of(situation::retry_queued);

  EXPECT_EQ(task->kind, task_kind::retry);
  EXPECT_EQ(task->attempt, 2u);
  EXPECT_EQ(*task->content, "hello");
  EXPECT_TRUE(task->history.empty());
}

TEST(Conversation, FollowUpContinuesTheConversation) {
  const auto task = task_of(situation::follow_up_queued);

  EXPECT_EQ(task->kind, task_kind::follow_up);
  EXPECT_EQ(*task->content, "Continue.");
  EXPECT_EQ(history_of(*task), first_turn);
}

TEST(Conversation, RetryOfAFollowUpIsTheFollowUpAgain) {
  const auto asked = job_in(situation::follow_up_queued);
  const auto failure = agent_answer::failure("no luck");
  const auto failed = apply(asked, event::answered{last_task(asked), failure}, 3000).next;
  const auto again = apply(failed, event::time_passed{}, 8000).next;

  const auto task = core::make_task(again.record, agent(), at(8000).wall);

  EXPECT_EQ(task->kind, task_kind::retry);
  EXPECT_EQ(*task->content, "Continue.");
  EXPECT_EQ(history_of(*task), first_turn);
}

TEST(Conversation, LaterFollowUpHasAllTurns) {
  auto spec = example_spec();
  spec.follow_ups_max = 2;
  auto more = agent_answer::complete("one");
  more.status = answer_status::wants_more;
  auto job = begin(spec);
  job = apply(job, event::answered{last_task(job), more}, 1000).next;
  more.content = "two";
  job = apply(job, event::answered{last_task(job), more}, 2000).next;

  const auto task = core::make_task(job.record, agent(), at(2000).wall);

  EXPECT_EQ(history_of(*task), (std::vector<std::string>{"user: hello", "assistant: one",
                                                         "user: Continue.", "assistant: two"}));
  EXPECT_EQ(*task->content, "Continue.");
}

// Symptom: a task that had waited for a slot was handed over with a deadline that had passed.
TEST(Conversation, DeadlineCountsFromWhenTheTaskIsHandedOver) {
  const auto job = job_in(situation::queued).record;

  EXPECT_EQ(core::make_task(job, agent(), at(0).wall)->deadline, at(20'000).wall);
  EXPECT_EQ(core::make_task(job, agent(), at(30'000).wall)->deadline, at(50'000).wall);
}

TEST(Conversation, DeadlineIsNeverBeyondThatOfTheJob) {
  const auto job = job_in(situation::queued).record;

  EXPECT_EQ(core::make_task(job, agent(), at(40'001).wall)->deadline, at(60'000).wall);
}

TEST(Conversation, DeadlineIsThatOfTheJobWhereAttemptsHaveNoLimit) {
  auto spec = example_spec();
  spec.attempt_time_limit.reset();

  EXPECT_EQ(core::make_task(begin(spec).record, agent(), at(0).wall)->deadline, at(60'000).wall);
}

} // namespace callboard::test
