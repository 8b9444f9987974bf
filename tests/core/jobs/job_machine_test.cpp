#include "core/jobs/job_machine.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

namespace event = core::event;
using namespace std::chrono_literals;

constexpr auto year_9999
  = system_time{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}} + 24h - 1ms;
constexpr std::chrono::milliseconds four_centuries = std::chrono::hours{24 * 366 * 400};

core::transition begin_at(const job_spec& spec, const clock_reading& now) {
  return core::begin(std::make_shared<const job_spec>(spec), now, repeatable_random());
}

job_spec delayed_spec(system_time due_at) {
  auto spec = example_spec();
  spec.due_at = due_at;
  spec.expires_at = due_at + 60s;
  return spec;
}

core::live_job running(const job_spec& spec) {
  const auto job = begin(spec);
  return apply(job, event::taken{last_task(job)}, 0).next;
}

core::live_job after_failure(const core::live_job& job, std::int64_t ms,
                             const agent_answer& answer = agent_answer::failure("no luck")) {
  return apply(job, event::answered{last_task(job), answer}, ms).next;
}

} // namespace

// -- the beginning -------------------------------------------------------------

TEST(JobMachine, JobThatIsDueBeginsPendingWithItsFirstTask) {
  const auto made = begin_at(example_spec(), at(0));

  const auto& job = *made.next.record;
  EXPECT_TRUE(made.is_changed);
  EXPECT_EQ(job.state, job_state::pending);
  EXPECT_EQ(job.version, 1u);
  EXPECT_EQ(job.updated_at, at(0).wall);
  EXPECT_FALSE(job.started_at || job.finished_at || job.retry_at || job.outcome);
  ASSERT_EQ(job.tasks.size(), 1u);
  EXPECT_EQ(job.tasks[0].state, task_state::waiting);
  EXPECT_EQ(job.tasks[0].attempt, 1u);
  EXPECT_EQ(job.tasks[0].created_at, at(0).wall);
  EXPECT_TRUE(made.effects.start_task);
  EXPECT_FALSE(made.effects.abort_task);
  EXPECT_EQ(since_start(core::next_wake(made.next)), 60'000);
}

TEST(JobMachine, JobThatIsDueLaterBeginsScheduledWithoutATask) {
  const auto made = begin_at(delayed_spec(at(10'000).wall), at(0));

  const auto& job = *made.next.record;
  EXPECT_EQ(job.state, job_state::scheduled);
  EXPECT_EQ(job.version, 1u);
  EXPECT_TRUE(job.tasks.empty());
  EXPECT_FALSE(made.effects.start_task);
  EXPECT_EQ(since_start(core::next_wake(made.next)), 10'000);
  EXPECT_EQ(since_start(made.next.deadline), 70'000);
}

TEST(JobMachine, JobThatIsDueInAMillisecondIsScheduledAndOneThatIsDueNowIsNot) {
  const auto soon = begin_at(delayed_spec(at(1).wall), at(0));
  const auto now = begin_at(delayed_spec(at(0).wall), at(0));

  EXPECT_EQ(soon.next.record->state, job_state::scheduled);
  EXPECT_EQ(now.next.record->state, job_state::pending);
}

TEST(JobMachine, FirstTaskIsOfTheKindThatTheJobCallsFor) {
  auto spec = example_spec();
  for (const auto& [kind, expected] :
       {std::pair{job_kind::message, task_kind::message},
        std::pair{job_kind::agent, task_kind::start}, std::pair{job_kind::run, task_kind::run}}) {
    spec.kind = kind;

    EXPECT_EQ(begin_at(spec, at(0)).next.record->tasks.at(0).kind, expected);
  }
}

// -- retries -------------------------------------------------------------------

TEST(JobMachine, JobWithoutRetriesFailsWithItsFirstAttempt) {
  auto spec = example_spec();
  spec.retry.retries_max = 0;

  const auto job = after_failure(running(spec), 1000);

  EXPECT_EQ(job.record->state, job_state::failed);
  EXPECT_EQ(job.record->retries, 0u);
}

TEST(JobMachine, WaitGrowsFromRetryToRetry) {
  auto spec = example_spec();
  spec.retry = {.retries_max = 2, .delay = 1s, .delay_max = 60s, .growth = backoff::exponential};

  const auto first_wait = after_failure(begin(spec), 1000);
  const auto second_try = apply(first_wait, event::time_passed{}, 2000).next;
  const auto second_wait = after_failure(second_try, 3000);

  EXPECT_EQ(since_start(core::next_wake(first_wait)), 2000);
  EXPECT_EQ(since_start(core::next_wake(second_wait)), 5000);
}

TEST(JobMachine, AgentCanLengthenTheWaitButNotShortenIt) {
  auto answer = agent_answer::failure("busy");
  answer.retry_after = 1s;
  const auto short_wait = after_failure(running(example_spec()), 1000, answer);
  answer.retry_after = 8s;
  const auto long_wait = after_failure(running(example_spec()), 1000, answer);

  EXPECT_EQ(since_start(core::next_wake(short_wait)), 6000);
  EXPECT_EQ(since_start(core::next_wake(long_wait)), 9000);
}

TEST(JobMachine, WaitForARetryEndsAtTheDeadlineWhereTheJobTimesOut) {
  for (const auto asked : {60s, std::chrono::seconds{4'000'000'000}}) {
    auto answer = agent_answer::failure("busy");
    answer.retry_after = asked;

    const auto waiting = after_failure(running(example_spec()), 1000, answer);
    const auto late = apply(waiting, event::time_passed{}, 60'000).next;

    EXPECT_EQ(waiting.record->retry_at, at(60'000).wall);
    EXPECT_EQ(since_start(core::next_wake(waiting)), 60'000);
    EXPECT_EQ(late.record->state, job_state::timeout);
  }
}

TEST(JobMachine, RetryWithoutAWaitIsDueAtOnce) {
  auto spec = example_spec();
  spec.retry.delay = 0ms;

  const auto waiting = after_failure(running(spec), 1000);
  const auto again = apply(waiting, event::time_passed{}, 1000).next;

  EXPECT_EQ(since_start(core::next_wake(waiting)), 1000);
  EXPECT_EQ(again.record->tasks.size(), 2u);
  EXPECT_EQ(since_start(core::next_wake(again)), 60'000);
}

TEST(JobMachine, RetryOfAFollowUpIsATaskOfKindRetry) {
  const auto failed = after_failure(job_in(situation::follow_up_queued), 3000);

  const auto again = apply(failed, event::time_passed{}, 8000).next;

  ASSERT_EQ(again.record->tasks.size(), 3u);
  EXPECT_EQ(again.record->tasks[2].kind, task_kind::retry);
  EXPECT_EQ(again.record->tasks[2].attempt, 3u);
  EXPECT_EQ(again.record->state, job_state::pending);
}

TEST(JobMachine, EveryAttemptOfARunIsATaskOfKindRun) {
  auto spec = example_spec();
  spec.kind = job_kind::run;

  const auto waiting = after_failure(running(spec), 1000);
  const auto again = apply(waiting, event::time_passed{}, 6000).next;

  ASSERT_EQ(again.record->tasks.size(), 2u);
  EXPECT_EQ(again.record->tasks[1].kind, task_kind::run);
  EXPECT_EQ(again.record->tasks[1].attempt, 2u);
}

// -- attempts ------------------------------------------------------------------

TEST(JobMachine, AttemptWithoutALimitLastsUntilTheDeadline) {
  auto spec = example_spec();
  spec.attempt_time_limit.reset();

  const auto job = running(spec);

  EXPECT_FALSE(job.attempt_deadline);
  EXPECT_EQ(since_start(core::next_wake(job)), 60'000);
}

TEST(JobMachine, DeadlineWinsWhereTheAttemptEndsAtTheSameInstant) {
  auto spec = example_spec();
  spec.attempt_time_limit = 60s;

  const auto late = apply(running(spec), event::time_passed{}, 60'000).next;

  EXPECT_EQ(late.record->state, job_state::timeout);
  EXPECT_EQ(late.record->retries, 0u);
}

TEST(JobMachine, TimeInTheQueueDoesNotCountForTheAttempt) {
  const auto queued = begin(example_spec());

  const auto job = apply(queued, event::taken{last_task(queued)}, 30'000).next;

  EXPECT_EQ(since_start(job.attempt_deadline.value()), 50'000);
}

// -- clocks --------------------------------------------------------------------

TEST(JobMachine, WallClockSetForwardDoesNotShortenAWait) {
  const auto job = running(example_spec());
  const auto failure = agent_answer::failure("no luck");
  const clock_reading now{at(1000).steady, at(1000).wall + 1h};

  const auto made
    = *core::apply(job, event::answered{last_task(job), failure}, now, repeatable_random());

  EXPECT_EQ(since_start(core::next_wake(made.next)), 6000);
  EXPECT_EQ(made.next.record->retry_at, now.wall + 5s);
}

TEST(JobMachine, WallClockSetForwardDoesNotEndAJob) {
  const auto job = running(example_spec());
  const clock_reading now{at(1000).steady, at(1000).wall + 1h};

  const auto made = *core::apply(job, event::time_passed{}, now, repeatable_random());

  EXPECT_FALSE(made.is_changed);
}

TEST(JobMachine, TimesOfAJobDoNotRunBackWhenTheWallClockIsSetBack) {
  const auto job = job_in(situation::running);
  const auto answer = agent_answer::complete("done");
  const clock_reading now{at(2000).steady, at(2000).wall - 1h};

  const auto made
    = *core::apply(job, event::answered{last_task(job), answer}, now, repeatable_random());

  const auto& record = *made.next.record;
  EXPECT_EQ(record.updated_at, job.record->updated_at);
  EXPECT_EQ(record.finished_at, job.record->updated_at);
  EXPECT_EQ(record.tasks.at(0).finished_at, job.record->updated_at);
}

// -- far dates: the sanitizer watches for overflows ----------------------------

TEST(JobMachine, JobOfTheLastDayOfTheYear9999WaitsForItAsLongAsAClockCan) {
  const auto made = begin_at(delayed_spec(year_9999), at(0));

  EXPECT_EQ(made.next.record->state, job_state::scheduled);
  EXPECT_GT(core::next_wake(made.next), at(0).steady + 24h * 365 * 99);
}

TEST(JobMachine, JobWithTheLongestTimeLimitRuns) {
  auto spec = delayed_spec(year_9999);
  spec.created_at = year_9999;
  spec.expires_at = year_9999 + four_centuries;
  spec.attempt_time_limit = four_centuries;
  spec.retry.delay = four_centuries;
  spec.retry.delay_max = four_centuries;
  const clock_reading now{at(0).steady, year_9999};

  const auto job = begin_at(spec, now).next;
  const auto taken = core::apply(job, event::taken{last_task(job)}, now, repeatable_random())->next;
  auto answer = agent_answer::failure("busy");
  answer.retry_after = std::chrono::milliseconds::max();
  const auto waiting
    = core::apply(taken, event::answered{last_task(taken), answer}, now, repeatable_random())->next;

  EXPECT_GT(core::next_wake(taken), at(0).steady + 24h * 365 * 99);
  EXPECT_EQ(waiting.record->state, job_state::pending);
  EXPECT_EQ(core::next_wake(waiting), waiting.deadline);
}

TEST(JobMachine, JobThatAStoreKeptForMillenniaTimesOut) {
  const clock_reading now{at(0).steady, year_9999};

  for (const auto where : live_situations) {
    const auto made = core::resume(job_in(where).record, now, repeatable_random());

    EXPECT_EQ(made.next.record->state, job_state::timeout) << where;
  }
}

} // namespace callboard::test
