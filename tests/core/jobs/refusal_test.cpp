#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/core/jobs/difference.hpp"
#include "tests/core/jobs/job_fixtures.hpp"

// What becomes of a job whose agent has certainly not begun the work. `difference.hpp` explains the texts.

namespace callboard::test {

namespace {

namespace event = core::event;
using namespace std::chrono_literals;

/// A job of that kind, a minute long, with so many retries of its own.
job_spec spec_of(job_kind kind, std::uint32_t own_retries) {
  auto spec = example_spec();
  spec.kind = kind;
  spec.attempt_time_limit.reset();
  spec.retry.retries_max = own_retries;
  return spec;
}

core::live_job running(const job_spec& spec) {
  const auto job = begin(spec);
  return apply(job, event::taken{last_task(job)}, 0).next;
}

core::transition answer(const core::live_job& job, std::int64_t ms, const agent_answer& what,
                        const agent_retry& rules = {}) {
  return apply(job, event::answered{last_task(job), what, rules}, ms);
}

struct row {
  std::string_view name;
  job_kind kind;
  std::uint32_t own_retries;
  bool is_refusal;
  bool is_final;
  std::uint32_t agents_retries;
  std::string_view outcome;
};

constexpr std::string_view fails = "failed; task 1 failed 'busy'; finished; agent_error 'busy'";
constexpr std::string_view agents_wait = "pending; task 1 failed 'busy'; retry 1 in 500; wake 1500";
constexpr std::string_view own_wait = "pending; task 1 failed 'busy'; retry 1 in 5000; wake 6000";

// A 429 of the model failed the user's message at once.
constexpr row rows[] = {
  {"message refused", job_kind::message, 0, true, false, 2, agents_wait},
  {"message failed", job_kind::message, 0, false, false, 2, fails},
  {"message refused for good", job_kind::message, 0, true, true, 2, fails},
  {"message refused, switched off", job_kind::message, 0, true, false, 0, fails},
  {"message with a policy refused", job_kind::message, 1, true, false, 2, own_wait},
  {"message with a policy failed", job_kind::message, 1, false, false, 0, own_wait},
  {"agent job refused", job_kind::agent, 0, true, false, 2, fails},
  {"agent job with retries refused", job_kind::agent, 1, true, false, 2, own_wait},
  {"run refused", job_kind::run, 0, true, false, 2, fails},
  {"run with retries refused", job_kind::run, 1, true, false, 2, own_wait},
};

} // namespace

TEST(Refusal, FirstOneByKindAndPolicy) {
  for (const auto& one : rows) {
    SCOPED_TRACE(one.name);
    const auto job = running(spec_of(one.kind, one.own_retries));
    auto what = agent_answer::failure("busy");
    what.is_refusal = one.is_refusal;
    what.is_final = one.is_final;
    agent_retry rules;
    rules.refusals.retries_max = one.agents_retries;

    EXPECT_EQ(difference(job, answer(job, 1000, what, rules), at(1000)), one.outcome);
  }
}

TEST(Refusal, EachRetryIsAnAttemptWithATaskOfItsOwnUntilNoneIsLeft) {
  auto job = running(spec_of(job_kind::message, 0));
  const auto refusal = agent_answer::refusal("busy");

  job = answer(job, 1000, refusal).next;
  const auto again = apply(job, event::time_passed{}, 1500);
  EXPECT_EQ(difference(job, again, at(1500)),
            "pending; task 2 retry waiting; start; retry starts; wake 60000");
  const auto second = answer(again.next, 2000, refusal);
  EXPECT_EQ(difference(again.next, second, at(2000)),
            "pending; task 2 failed 'busy'; retry 2 in 1000; wake 3000");
  const auto third = apply(second.next, event::time_passed{}, 3000);
  const auto last = answer(third.next, 4000, refusal);

  EXPECT_EQ(difference(third.next, last, at(4000)),
            "failed; task 3 failed 'busy'; finished; agent_error 'busy'");
}

TEST(Refusal, FailureAfterOneEndsTheMessage) {
  const auto refused
    = answer(running(spec_of(job_kind::message, 0)), 1000, agent_answer::refusal("busy"));
  const auto again = apply(refused.next, event::time_passed{}, 1500).next;

  const auto made = answer(again, 2000, agent_answer::failure("no luck"));

  EXPECT_EQ(made.next.record->state, job_state::failed);
  EXPECT_EQ(made.next.record->outcome->error_text, "no luck");
}

TEST(Refusal, WaitThatTheAgentAsksForCountsUpToItsLimitAndEndsAtTheDeadline) {
  auto spec = spec_of(job_kind::message, 0);
  auto refusal = agent_answer::refusal("busy");
  refusal.retry_after = 24h;
  agent_retry rules;
  rules.retry_after_max = 20s;

  const auto bounded = answer(running(spec), 1000, refusal, rules);
  spec.expires_at = at(3000).wall;
  const auto late = answer(running(spec), 1000, refusal, rules);

  EXPECT_EQ(bounded.next.record->retry_at, at(21'000).wall);
  EXPECT_EQ(since_start(core::next_wake(bounded.next)), 21'000);
  EXPECT_EQ(late.next.record->retry_at, at(3000).wall);
  EXPECT_EQ(apply(late.next, event::time_passed{}, 3000).next.record->state, job_state::timeout);
}

TEST(Refusal, FailureThatSaysNothingIsNone) {
  EXPECT_FALSE(agent_answer::failure("x").is_refusal);
  EXPECT_FALSE(agent_answer::final_failure("x").is_refusal);
  EXPECT_TRUE(agent_answer::refusal("x").is_refusal);
  EXPECT_FALSE(agent_answer::refusal("x").is_final);
}

} // namespace callboard::test
