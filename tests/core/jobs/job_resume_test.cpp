#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/core/jobs/difference.hpp"
#include "tests/core/jobs/job_fixtures.hpp"

// What becomes of a job that a store kept while the engine was down, by where it stood.
// `difference.hpp` explains the texts.

namespace callboard::test {

namespace {

namespace event = core::event;
using namespace std::chrono_literals;
using enum situation;

core::transition resumed(situation where, const clock_reading& now) {
  return core::resume(job_in(where).record, now, repeatable_random(77));
}

std::string outcome_of(situation where, std::int64_t ms) {
  core::live_job kept;
  kept.record = job_in(where).record;
  const auto made = core::resume(kept.record, at(ms), repeatable_random(77));
  kept.deadline = made.next.deadline;
  if (made.is_changed)
    return difference(kept, made, at(ms));
  return std::string{made.effects.start_task ? "start; " : ""} + "wake "
         + std::to_string(since_start(core::next_wake(made.next)));
}

struct row {
  situation where;
  std::int64_t ms;
  std::string_view outcome;
};

constexpr row rows[] = {
  {scheduled, 3000, "wake 10000"},
  {queued, 3000, "start; wake 60000"},
  {running, 3000, "processing; task 1 waiting; start; wake 60000"},
  {follow_up_queued, 3000, "start; wake 60000"},
  {waiting_for_retry, 3000, "wake 7000"},
  {retry_queued, 9000, "start; wake 60000"},
  {retry_running, 9000, "processing; task 2 waiting; start; wake 60000"},
  // What came due meanwhile happens now.
  {scheduled, 10'000, "pending; task 1 start waiting; start; wake 70000"},
  {scheduled, 69'999, "pending; task 1 start waiting; start; wake 70000"},
  {waiting_for_retry, 7000, "pending; task 2 retry waiting; start; retry starts; wake 60000"},
  {waiting_for_retry, 59'999, "pending; task 2 retry waiting; start; retry starts; wake 60000"},
  // The attempt is not to blame for the time in which there was no engine.
  {running, 59'999, "processing; task 1 waiting; start; wake 60000"},
  {scheduled, 70'000, "timeout; finished; timeout 'the job's deadline passed'"},
  {queued, 60'000,
   "timeout; abort 1; task 1 failed 'the job's deadline passed'; finished; "
   "timeout 'the job's deadline passed'"},
  {running, 60'000,
   "timeout; abort 1; task 1 failed 'the job's deadline passed'; finished; "
   "timeout 'the job's deadline passed'"},
  {follow_up_queued, 60'000,
   "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
   "timeout 'the job's deadline passed'"},
  {waiting_for_retry, 60'000, "timeout; finished; timeout 'the job's deadline passed'"},
  {retry_queued, 60'000,
   "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
   "timeout 'the job's deadline passed'"},
  {retry_running, 100'000'000,
   "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
   "timeout 'the job's deadline passed'"},
};

} // namespace

TEST(JobResume, EveryLiveStateByWhatCameDueMeanwhile) {
  for (const auto& [where, ms, outcome] : rows) {
    SCOPED_TRACE(std::string{to_string(where)} + " at " + std::to_string(ms));

    EXPECT_EQ(outcome_of(where, ms), outcome);
  }
}

TEST(JobResume, SteadyClockOfTheNewProcessMayBeginAnywhere) {
  const clock_reading after_reboot{steady_time{5s}, at(3000).wall};

  EXPECT_EQ(resumed(queued, after_reboot).next.deadline, steady_time{62s});
  EXPECT_EQ(resumed(scheduled, after_reboot).next.next_step, steady_time{12s});
  EXPECT_EQ(resumed(waiting_for_retry, after_reboot).next.next_step, steady_time{9s});
}

TEST(JobResume, TaskKeepsItsIdSoThatTheAgentCanTellARepeat) {
  for (const auto where : {queued, running, follow_up_queued, retry_queued, retry_running}) {
    const auto kept = job_in(where);

    const auto job = resumed(where, at(9000)).next;

    EXPECT_EQ(job.record->tasks.size(), kept.record->tasks.size()) << where;
    EXPECT_EQ(last_task(job), last_task(kept)) << where;
  }
}

TEST(JobResume, AttemptBeginsAnewWhenTheAgentTakesTheTaskAgain) {
  const auto job = resumed(running, at(3000)).next;

  const auto taken = apply(job, event::taken{last_task(job)}, 5000).next;

  EXPECT_EQ(taken.record->tasks.at(0).state, task_state::running);
  EXPECT_EQ(taken.record->started_at, at(1000).wall);
  EXPECT_EQ(since_start(core::next_wake(taken)), 25'000);
}

TEST(JobResume, RecordThatNoJobOfOursLeavesFails) {
  for (const auto state : {job_state::pending, job_state::processing})
    for (const auto where : {scheduled, waiting_for_retry}) {
      auto record = *job_in(where).record;
      record.state = state;
      record.retry_at.reset();

      const auto made
        = core::resume(std::make_shared<const job>(record), at(3000), repeatable_random());

      EXPECT_EQ(made.next.record->state, job_state::failed);
      EXPECT_EQ(made.next.record->outcome->error_code, "internal");
    }
}

} // namespace callboard::test
