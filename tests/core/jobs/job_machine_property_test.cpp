#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "tests/core/jobs/difference.hpp"
#include "tests/core/jobs/job_fixtures.hpp"
#include "tests/support/random_seed.hpp"

// Random lives of random jobs, with clocks that jump and engines that crash: whatever happens, what
// is promised of every job holds after each step.

namespace callboard::test {

namespace {

namespace event = core::event;
using namespace std::chrono_literals;

constexpr int lives = 1500;
/// More than the longest job of these tests needs: 1 + 3 retries + 3 follow-ups, three events each.
constexpr int steps_max = 40;

constexpr bool is_allowed(job_state from, job_state to) {
  switch (from) {
    case job_state::scheduled:
      return to == job_state::pending || (is_terminal(to) && to != job_state::completed);
    case job_state::pending:
    case job_state::processing:
      return to != job_state::scheduled;
    default:
      return false;
  }
}

/// One job, from its creation to its end.
class random_life {
public:
  explicit random_life(std::uint64_t seed)
    : numbers_(seed), random_(repeatable_random(seed)), now_(at(0)) {
    // nop
  }

  /// Returns how the job ended.
  job_state live() {
    const auto spec = std::make_shared<const job_spec>(some_spec());
    job_ = core::begin(spec, now_, random_).next;
    check_snapshot();
    for (int i = 0; i < steps_max && !::testing::Test::HasFailure(); ++i) {
      let_time_pass();
      if (chance(5) && !is_terminal(job_.record->state))
        crash();
      else
        happen();
    }
    end();
    return job_.record->state;
  }

private:
  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>{least, most}(numbers_);
  }

  bool chance(int percent) {
    return number(1, 100) <= percent;
  }

  job_spec some_spec() {
    auto spec = example_spec();
    spec.kind = static_cast<job_kind>(number(0, 2));
    if (chance(30))
      spec.due_at += std::chrono::milliseconds{number(1, 10'000)};
    spec.expires_at = spec.due_at + std::chrono::milliseconds{number(1, 60'000)};
    spec.attempt_time_limit.reset();
    if (chance(70))
      spec.attempt_time_limit = std::chrono::milliseconds{number(1, 20'000)};
    spec.retry.retries_max = static_cast<std::uint32_t>(number(0, 3));
    spec.retry.delay = std::chrono::milliseconds{number(0, 5000)};
    spec.retry.delay_max = std::chrono::milliseconds{number(0, 20'000)};
    spec.retry.growth = chance(50) ? backoff::fixed : backoff::exponential;
    spec.retry.jitter = chance(50) ? 0.0 : 0.5;
    spec.follow_ups_max = static_cast<std::uint32_t>(number(0, 3));
    return spec;
  }

  void let_time_pass() {
    const auto wake = core::next_wake(job_);
    auto passed = std::chrono::nanoseconds{number(0, 3'000'000'000)};
    if (chance(30) && wake >= now_.steady)
      passed = wake - now_.steady;
    else if (chance(20) && wake > now_.steady)
      passed = wake - now_.steady - 1ns;
    now_.steady += passed;
    now_.wall += std::chrono::floor<std::chrono::milliseconds>(passed);
    if (chance(3))
      now_.wall += std::chrono::milliseconds{number(-3'600'000, 3'600'000)};
  }

  uuid some_task() {
    const auto& tasks = job_.record->tasks;
    if (tasks.empty() || chance(10))
      return *uuid::parse("0195d3c0-0000-7000-8000-00000000abcd");
    return chance(80) ? tasks.back().id : tasks.front().id;
  }

  void happen() {
    const auto task_id = some_task();
    auto answer = agent_answer::complete("done");
    const auto dice = number(1, 100);
    if (dice <= 30) {
      step(event::time_passed{});
    } else if (dice <= 60) {
      step(event::taken{task_id});
    } else if (dice <= 64) {
      step(event::answered{task_id, answer});
    } else if (dice <= 78) {
      answer.status = answer_status::wants_more;
      step(event::answered{task_id, answer});
    } else if (dice <= 96) {
      answer = agent_answer::failure("no luck");
      answer.is_final = chance(10);
      if (chance(20))
        answer.retry_after = std::chrono::milliseconds{number(-1000, 100'000)};
      step(event::answered{task_id, answer});
    } else if (dice <= 98) {
      step(event::cancel_asked{"no need"});
    } else {
      step(dice == 99 ? core::job_event{event::stopped{}} : core::job_event{event::broken{}});
    }
  }

  void step(const core::job_event& what) {
    const auto was_due = core::next_wake(job_) <= now_.steady && !is_terminal(job_.record->state);
    const auto made = core::apply(job_, what, now_, random_);
    if (!made) {
      EXPECT_TRUE(is_terminal(job_.record->state));
      EXPECT_TRUE(std::holds_alternative<event::cancel_asked>(what));
      return;
    }
    check(job_, *made);
    job_ = made->next;
    check_snapshot();
    if (!std::holds_alternative<event::time_passed>(what))
      return;
    EXPECT_EQ(made->is_changed, was_due) << "time does something exactly when something is due";
    EXPECT_TRUE(is_terminal(job_.record->state) || core::next_wake(job_) > now_.steady)
      << "nothing is due twice";
  }

  void crash() {
    auto kept = job_;
    const auto made = core::resume(job_.record, now_, random_);
    kept.deadline = made.next.deadline;
    if (made.is_changed)
      check(kept, made);
    job_ = made.next;
    check_snapshot();
  }

  void check(const core::live_job& before, const core::transition& made) {
    const clock_reading shown{now_.steady, std::max(now_.wall, before.record->updated_at)};
    const auto told = difference(before, made, shown);
    EXPECT_EQ(told.find("WRONG"), std::string::npos) << told;
    if (!made.is_changed)
      return;
    const auto& after = *made.next.record;
    EXPECT_TRUE(is_allowed(before.record->state, after.state)) << told;
    EXPECT_GE(after.updated_at, before.record->updated_at);
    if (is_terminal(after.state))
      ++ends_;
  }

  void check_snapshot() {
    const auto& job = *job_.record;
    const auto& spec = *job.spec;
    EXPECT_LE(core::next_wake(job_), job_.deadline);
    EXPECT_EQ(job.outcome != nullptr, is_terminal(job.state));
    EXPECT_LE(job.retries, spec.retry.retries_max);
    EXPECT_LE(job.follow_ups, spec.follow_ups_max);
    EXPECT_LE(job.tasks.size(), 1u + job.retries + job.follow_ups);
    EXPECT_GE(job.started_at.value_or(spec.created_at), spec.created_at);
    EXPECT_GE(job.finished_at.value_or(job.updated_at), job.started_at.value_or(spec.created_at));
    std::set<uuid> ids;
    for (const auto& task : job.tasks) {
      ids.insert(task.id);
      EXPECT_TRUE(task.finished_at || &task == &job.tasks.back()) << "only the last task is open";
    }
    EXPECT_EQ(ids.size(), job.tasks.size());
    check_open_task();
  }

  void check_open_task() {
    const auto& job = *job_.record;
    const auto is_open = !job.tasks.empty() && !job.tasks.back().finished_at;
    switch (job.state) {
      case job_state::scheduled:
        EXPECT_TRUE(job.tasks.empty());
        break;
      case job_state::pending:
        EXPECT_NE(is_open, job.retry_at.has_value());
        EXPECT_TRUE(!is_open || job.tasks.back().state == task_state::waiting);
        break;
      case job_state::processing:
        EXPECT_TRUE(is_open);
        break;
      default:
        EXPECT_FALSE(is_open);
    }
  }

  void end() {
    if (is_terminal(job_.record->state)) {
      EXPECT_EQ(ends_, 1);
      return;
    }
    now_.steady = std::max(now_.steady, job_.deadline);
    step(event::time_passed{});
    EXPECT_EQ(job_.record->state, job_state::timeout);
    EXPECT_EQ(ends_, 1);
  }

  std::mt19937_64 numbers_;
  core::random_source random_;
  clock_reading now_;
  core::live_job job_;
  int ends_ = 0;
};

} // namespace

TEST(JobMachine, PromisesHoldInRandomLives) {
  const auto seed = random_seed();
  std::set<job_state> ends;

  for (int i = 0; i < lives && !HasFailure(); ++i) {
    SCOPED_TRACE("life " + std::to_string(i) + " of seed " + std::to_string(seed));
    ends.insert(random_life{seed + static_cast<std::uint64_t>(i)}.live());
  }

  EXPECT_EQ(ends, (std::set{job_state::completed, job_state::failed, job_state::timeout,
                            job_state::canceled}));
}

} // namespace callboard::test
