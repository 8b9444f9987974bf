#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "tests/core/jobs/happenings.hpp"

// The machine is total over state × event. Here is what every cell of that table does: at an instant
// when nothing is due, when the next step or the end of the attempt is due, and from the deadline on.
// `difference.hpp` explains the texts.

namespace callboard::test {

namespace {

struct cell {
  situation where;
  happening what;
  std::string_view outcome;
};

/// Where nothing is due. Events about a task are about the one that the job last gave its agent; the
/// job that is scheduled has given none.
constexpr cell quiet_cells[] = {
  {scheduled, time_passed, "unchanged"},
  {scheduled, taken, "unchanged"},
  {scheduled, completed_answer, "unchanged"},
  {scheduled, wants_more, "unchanged"},
  {scheduled, failure, "unchanged"},
  {scheduled, final_failure, "unchanged"},
  {scheduled, later_failure, "unchanged"},
  {scheduled, cancel_asked, "canceled; finished; 'no need'"},
  {scheduled, happening::stopped,
   "failed; finished; shutdown 'server stopped before the job was done'"},
  {scheduled, happening::broken,
   "failed; finished; internal 'the server could not continue the job'"},
  {scheduled, happening::agent_gone,
   "failed; finished; agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {queued, time_passed, "unchanged"},
  {queued, taken, "processing; task 1 running; started; wake 23000"},
  {queued, completed_answer,
   "completed; task 1 completed 'done'; started; finished; says 'done'{\"n\":1}"},
  {queued, wants_more,
   "processing; task 1 completed 'more?'; task 2 follow_up waiting; start; started; follow-up 1; "
   "wake 60000"},
  {queued, failure, "pending; task 1 failed 'no luck'; started; retry 1 in 5000; wake 8000"},
  {queued, final_failure,
   "failed; task 1 failed 'no use'; started; finished; agent_error 'no use'"},
  {queued, later_failure, "pending; task 1 failed 'busy'; started; retry 1 in 30000; wake 33000"},
  {queued, cancel_asked, "canceled; abort 1; task 1 canceled; finished; 'no need'"},
  {queued, happening::stopped,
   "failed; abort 1; task 1 failed 'server stopped before the job was done'; finished; "
   "shutdown 'server stopped before the job was done'"},
  {queued, happening::broken,
   "failed; abort 1; task 1 failed 'the server could not continue the job'; finished; "
   "internal 'the server could not continue the job'"},
  {queued, happening::agent_gone,
   "failed; abort 1; task 1 failed 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'; "
   "finished; "
   "agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {running, time_passed, "unchanged"},
  {running, taken, "unchanged"},
  {running, completed_answer, "completed; task 1 completed 'done'; finished; says 'done'{\"n\":1}"},
  {running, wants_more,
   "processing; task 1 completed 'more?'; task 2 follow_up waiting; start; follow-up 1; "
   "wake 60000"},
  {running, failure, "pending; task 1 failed 'no luck'; retry 1 in 5000; wake 8000"},
  {running, final_failure, "failed; task 1 failed 'no use'; finished; agent_error 'no use'"},
  {running, later_failure, "pending; task 1 failed 'busy'; retry 1 in 30000; wake 33000"},
  {running, cancel_asked, "canceled; abort 1; task 1 canceled; finished; 'no need'"},
  {running, happening::stopped,
   "failed; abort 1; task 1 failed 'server stopped before the job was done'; finished; "
   "shutdown 'server stopped before the job was done'"},
  {running, happening::broken,
   "failed; abort 1; task 1 failed 'the server could not continue the job'; finished; "
   "internal 'the server could not continue the job'"},
  {running, happening::agent_gone,
   "failed; abort 1; task 1 failed 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'; "
   "finished; "
   "agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {follow_up_queued, time_passed, "unchanged"},
  {follow_up_queued, taken, "processing; task 2 running; wake 23000"},
  {follow_up_queued, completed_answer,
   "completed; task 2 completed 'done'; finished; says 'done'{\"n\":1}"},
  {follow_up_queued, wants_more,
   "failed; task 2 completed 'more?'; finished; "
   "follow_up_limit 'agent asked for more than 1 follow-ups'"},
  {follow_up_queued, failure, "pending; task 2 failed 'no luck'; retry 1 in 5000; wake 8000"},
  {follow_up_queued, final_failure,
   "failed; task 2 failed 'no use'; finished; agent_error 'no use'"},
  {follow_up_queued, later_failure, "pending; task 2 failed 'busy'; retry 1 in 30000; wake 33000"},
  {follow_up_queued, cancel_asked, "canceled; abort 2; task 2 canceled; finished; 'no need'"},
  {follow_up_queued, happening::stopped,
   "failed; abort 2; task 2 failed 'server stopped before the job was done'; finished; "
   "shutdown 'server stopped before the job was done'"},
  {follow_up_queued, happening::broken,
   "failed; abort 2; task 2 failed 'the server could not continue the job'; finished; "
   "internal 'the server could not continue the job'"},
  {follow_up_queued, happening::agent_gone,
   "failed; abort 2; task 2 failed 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'; "
   "finished; "
   "agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {waiting_for_retry, time_passed, "unchanged"},
  {waiting_for_retry, taken, "unchanged"},
  {waiting_for_retry, completed_answer, "unchanged"},
  {waiting_for_retry, wants_more, "unchanged"},
  {waiting_for_retry, failure, "unchanged"},
  {waiting_for_retry, final_failure, "unchanged"},
  {waiting_for_retry, later_failure, "unchanged"},
  {waiting_for_retry, cancel_asked, "canceled; finished; 'no need'"},
  {waiting_for_retry, happening::stopped,
   "failed; finished; shutdown 'server stopped before the job was done'"},
  {waiting_for_retry, happening::broken,
   "failed; finished; internal 'the server could not continue the job'"},
  {waiting_for_retry, happening::agent_gone,
   "failed; finished; agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {retry_queued, time_passed, "unchanged"},
  {retry_queued, taken, "processing; task 2 running; wake 29000"},
  {retry_queued, completed_answer,
   "completed; task 2 completed 'done'; finished; says 'done'{\"n\":1}"},
  {retry_queued, wants_more,
   "processing; task 2 completed 'more?'; task 3 follow_up waiting; start; follow-up 1; "
   "wake 60000"},
  {retry_queued, failure, "failed; task 2 failed 'no luck'; finished; agent_error 'no luck'"},
  {retry_queued, final_failure, "failed; task 2 failed 'no use'; finished; agent_error 'no use'"},
  {retry_queued, later_failure, "failed; task 2 failed 'busy'; finished; agent_error 'busy'"},
  {retry_queued, cancel_asked, "canceled; abort 2; task 2 canceled; finished; 'no need'"},
  {retry_queued, happening::stopped,
   "failed; abort 2; task 2 failed 'server stopped before the job was done'; finished; "
   "shutdown 'server stopped before the job was done'"},
  {retry_queued, happening::broken,
   "failed; abort 2; task 2 failed 'the server could not continue the job'; finished; "
   "internal 'the server could not continue the job'"},
  {retry_queued, happening::agent_gone,
   "failed; abort 2; task 2 failed 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'; "
   "finished; "
   "agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},

  {retry_running, time_passed, "unchanged"},
  {retry_running, taken, "unchanged"},
  {retry_running, completed_answer,
   "completed; task 2 completed 'done'; finished; says 'done'{\"n\":1}"},
  {retry_running, wants_more,
   "processing; task 2 completed 'more?'; task 3 follow_up waiting; start; follow-up 1; "
   "wake 60000"},
  {retry_running, failure, "failed; task 2 failed 'no luck'; finished; agent_error 'no luck'"},
  {retry_running, final_failure, "failed; task 2 failed 'no use'; finished; agent_error 'no use'"},
  {retry_running, later_failure, "failed; task 2 failed 'busy'; finished; agent_error 'busy'"},
  {retry_running, cancel_asked, "canceled; abort 2; task 2 canceled; finished; 'no need'"},
  {retry_running, happening::stopped,
   "failed; abort 2; task 2 failed 'server stopped before the job was done'; finished; "
   "shutdown 'server stopped before the job was done'"},
  {retry_running, happening::broken,
   "failed; abort 2; task 2 failed 'the server could not continue the job'; finished; "
   "internal 'the server could not continue the job'"},
  {retry_running, happening::agent_gone,
   "failed; abort 2; task 2 failed 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'; "
   "finished; "
   "agent_not_found 'Agent 550e8400-e29b-41d4-a716-446655440000 not found'"},
};

constexpr std::string_view attempt_over
  = "pending; abort 1; task 1 failed 'the attempt took longer than 20000 ms'; retry 1 in 5000; "
    "wake 26000";
constexpr std::string_view last_attempt_over
  = "timeout; abort 2; task 2 failed 'the attempt took longer than 20000 ms'; finished; "
    "timeout 'the attempt took longer than 20000 ms'";

/// What is different once the next step or the end of the attempt is due: time does its work, and
/// an answer comes too late for its attempt. All other cells are as before.
constexpr cell due_cells[] = {
  {scheduled, time_passed, "pending; task 1 start waiting; start; wake 70000"},
  {running, time_passed, attempt_over},
  {running, completed_answer, attempt_over},
  {running, wants_more, attempt_over},
  {running, failure, attempt_over},
  {running, final_failure, attempt_over},
  {running, later_failure, attempt_over},
  {waiting_for_retry, time_passed,
   "pending; task 2 retry waiting; start; retry starts; wake 60000"},
  {retry_running, time_passed, last_attempt_over},
  {retry_running, completed_answer, last_attempt_over},
  {retry_running, wants_more, last_attempt_over},
  {retry_running, failure, last_attempt_over},
  {retry_running, final_failure, last_attempt_over},
  {retry_running, later_failure, last_attempt_over},
};

struct late_row {
  situation where;
  std::string_view outcome;
};

/// From the deadline on every event finds the job timed out.
constexpr late_row late_rows[] = {
  {scheduled, "timeout; finished; timeout 'the job's deadline passed'"},
  {queued, "timeout; abort 1; task 1 failed 'the job's deadline passed'; finished; "
           "timeout 'the job's deadline passed'"},
  {running, "timeout; abort 1; task 1 failed 'the job's deadline passed'; finished; "
            "timeout 'the job's deadline passed'"},
  {follow_up_queued, "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
                     "timeout 'the job's deadline passed'"},
  {waiting_for_retry, "timeout; finished; timeout 'the job's deadline passed'"},
  {retry_queued, "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
                 "timeout 'the job's deadline passed'"},
  {retry_running, "timeout; abort 2; task 2 failed 'the job's deadline passed'; finished; "
                  "timeout 'the job's deadline passed'"},
};

const cell* find(const cell* first, const cell* last, situation where, happening what) {
  const auto* found = std::find_if(
    first, last, [&](const cell& one) { return one.where == where && one.what == what; });
  return found == last ? nullptr : found;
}

std::string trace(situation where, happening what, std::int64_t ms) {
  return std::string{to_string(where)} + " × "
         + std::string{happening_names[static_cast<std::size_t>(what)]} + " at "
         + std::to_string(ms);
}

} // namespace

TEST(JobMachine, SituationsOfTheTableCoverAllStates) {
  std::set<job_state> seen;

  for (const auto where : live_situations)
    seen.insert(job_in(where).record->state);
  for (const auto where : terminal_situations)
    seen.insert(job_in(where).record->state);

  EXPECT_EQ(seen.size(), job_state_count);
}

TEST(JobMachine, EveryLiveStateAndEventWhereNothingIsDue) {
  for (const auto where : live_situations)
    for (const auto what : all_happenings) {
      SCOPED_TRACE(trace(where, what, quiet_time(where)));
      const auto job = job_in(where);
      const auto* expected = find(std::begin(quiet_cells), std::end(quiet_cells), where, what);
      ASSERT_NE(expected, nullptr);

      EXPECT_EQ(outcome_of(job, what, last_task(job), quiet_time(where)), expected->outcome);
    }
}

TEST(JobMachine, EveryLiveStateAndEventWhereSomethingIsDue) {
  for (const auto where : live_situations) {
    const auto due = due_time(where);
    if (!due)
      continue;
    for (const auto what : all_happenings) {
      SCOPED_TRACE(trace(where, what, *due));
      const auto job = job_in(where);
      const auto* expected = find(std::begin(due_cells), std::end(due_cells), where, what);
      if (!expected)
        expected = find(std::begin(quiet_cells), std::end(quiet_cells), where, what);

      EXPECT_EQ(since_start(core::next_wake(job)), *due);
      EXPECT_EQ(outcome_of(job, what, last_task(job), *due), expected->outcome);
    }
  }
}

TEST(JobMachine, EveryLiveStateAndEventJustBeforeTheDeadlineDoesNotTimeOut) {
  for (const auto where : live_situations)
    for (const auto what : all_happenings) {
      const auto ms = deadline_time(where) - 1;
      SCOPED_TRACE(trace(where, what, ms));
      const auto job = job_in(where);

      const auto outcome = outcome_of(job, what, last_task(job), ms);

      EXPECT_EQ(outcome.find("job's time"), std::string::npos) << outcome;
      EXPECT_EQ(outcome.find("WRONG"), std::string::npos) << outcome;
    }
}

TEST(JobMachine, EveryLiveStateAndEventFromTheDeadlineOnTimesOut) {
  ASSERT_EQ(std::size(late_rows), live_situations.size());
  for (const auto& [where, outcome] : late_rows)
    for (const auto what : all_happenings)
      for (const auto ms : {deadline_time(where), deadline_time(where) + 86'400'000}) {
        SCOPED_TRACE(trace(where, what, ms));
        const auto job = job_in(where);

        EXPECT_EQ(outcome_of(job, what, last_task(job), ms), outcome);
      }
}

TEST(JobMachine, EventsOfOtherTasksChangeNothing) {
  const auto stranger = *uuid::parse("0195d3c0-0000-7000-8000-00000000abcd");
  for (const auto where : live_situations)
    for (const auto what : all_happenings) {
      if (!is_about_a_task(what))
        continue;
      SCOPED_TRACE(trace(where, what, quiet_time(where)));
      const auto job = job_in(where);

      EXPECT_EQ(outcome_of(job, what, stranger, quiet_time(where)), "unchanged");
      EXPECT_EQ(outcome_of(job, what, uuid{}, quiet_time(where)), "unchanged");
      for (const auto& task : job.record->tasks)
        if (task.id != last_task(job)) {
          EXPECT_EQ(outcome_of(job, what, task.id, quiet_time(where)), "unchanged");
        }
    }
}

TEST(JobMachine, EveryTerminalStateStaysWhateverHappens) {
  for (const auto where : terminal_situations)
    for (const auto what : all_happenings)
      for (const auto ms : {quiet_time(where), deadline_time(where), deadline_time(where) + 1}) {
        SCOPED_TRACE(trace(where, what, ms));
        const auto job = job_in(where);
        const auto expected = what == cancel_asked
                                ? "conflict: job is already " + std::string{to_string(where)}
                                : std::string{"unchanged"};

        EXPECT_EQ(outcome_of(job, what, last_task(job), ms), expected);
      }
}

} // namespace callboard::test
