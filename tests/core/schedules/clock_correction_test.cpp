#include "core/schedules/clock_correction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;
using ms = std::chrono::milliseconds;

/// Where the clock of the tests stands.
const auto now = at(0).wall;

/// A job that waits for its first retry: a policy of 5 s, written that long before now.
job_ptr waiting(ms retry_in, ms written_ago, job_kind kind = job_kind::agent) {
  auto spec = example_spec();
  spec.kind = kind;
  spec.created_at = spec.due_at = now - written_ago - 1s;
  spec.expires_at = spec.due_at + 24h * 3650;
  if (kind == job_kind::message)
    spec.retry.retries_max = 0;
  auto made = std::make_shared<job>();
  made->spec = std::make_shared<const job_spec>(spec);
  made->version = 7;
  made->state = job_state::pending;
  made->updated_at = now - written_ago;
  made->retries = 1;
  made->retry_at = now + retry_in;
  return made;
}

struct retry_case {
  std::string_view name;
  ms retry_in;
  ms written_ago;
  /// None: it stays as it is.
  std::optional<ms> corrected;
};

constexpr ms day = 24h;
constexpr ms year = 365 * day;

// A wait that a wrong clock or an older server had written was believed for ever.
constexpr retry_case retry_cases[] = {
  {"as it should be", 3s, 2s, std::nullopt},
  {"overdue", -1h, 2h, std::nullopt},
  {"what the agent may ask for", 60s, 0s, std::nullopt},
  {"a millisecond more", 60'001ms, 0s, 60s},
  {"Retry-After of a day, by an older server", day - 1s, 1s, 60s},
  {"Retry-After of a year, by an older server", year - 1h, 1h, 60s},
  {"clock two hours ahead", 2h + 5s, -2h, 5s},
  {"clock a day ahead", day + 5s, -day, 5s},
  {"clock four years ahead", 4 * year + 5s, -4 * year, 5s},
  {"clock ahead while it asked for half a minute", day + 30s, -day, 30s},
  {"clock set back since", 90s, 100s, 60s},
  {"a wait that ran backwards", 2h, -3h, 0s},
};

} // namespace

TEST(ClockCorrection, WaitForARetryEndsWhenItsOwnSpanAllows) {
  for (const auto kind : {job_kind::agent, job_kind::message, job_kind::run})
    for (const auto& [name, retry_in, written_ago, corrected] : retry_cases) {
      SCOPED_TRACE(std::string{name} + ", " + std::string{to_string(kind)});
      const auto kept = waiting(retry_in, written_ago, kind);

      const auto made = core::correct_times(kept, agent_retry{}, now);

      EXPECT_EQ(made.is_changed(), corrected.has_value());
      EXPECT_EQ(made.record == kept, !corrected);
      EXPECT_EQ(made.record->version, corrected ? 8u : 7u);
      EXPECT_GE(made.record->updated_at, kept->updated_at);
      EXPECT_EQ(made.record->retry_at, now + corrected.value_or(retry_in));
    }
}

TEST(ClockCorrection, LongerWaitsThatAPolicyOrAnAgentAllowsStay) {
  auto spec = example_spec();
  spec.retry.delay = spec.retry.delay_max = 2h;
  auto by_policy = std::make_shared<job>(*waiting(2h - 1min, 1min));
  by_policy->spec = std::make_shared<const job_spec>(spec);
  agent_retry patient;
  patient.retry_after_max = 24h;

  EXPECT_FALSE(core::correct_times(by_policy, agent_retry{}, now).is_changed());
  EXPECT_FALSE(core::correct_times(waiting(day - 1s, 1s), patient, now).is_changed());
}

TEST(ClockCorrection, JobsAsTheyShouldBeStay) {
  for (const auto where : live_situations) {
    const auto kept = job_in(where).record;

    EXPECT_EQ(core::correct_times(kept, agent_retry{}, at(quiet_time(where)).wall).record, kept)
      << where;
  }
}

namespace {

/// A job that has begun, ten seconds long, that a clock has written which was so far ahead.
job_ptr begun(job_kind kind, job_state state, ms by) {
  auto spec = example_spec();
  spec.kind = kind;
  spec.created_at = spec.due_at = now + by;
  spec.expires_at = spec.due_at + 10s;
  auto made = std::make_shared<job>();
  made->spec = std::make_shared<const job_spec>(spec);
  made->version = 3;
  made->state = state;
  made->updated_at = now + by + 1s;
  return made;
}

struct deadline_case {
  std::string_view name;
  job_kind kind;
  job_state state;
  ms by;
  /// Ten seconds from now, or as it was.
  bool is_new;
};

constexpr auto message = job_kind::message;
constexpr auto agent_job = job_kind::agent;

// A message of three seconds stayed `processing`, with its slot, until the wrong clock's time had come.
constexpr deadline_case deadline_cases[] = {
  {"message that runs, two hours", message, job_state::processing, 2h, true},
  {"message that runs, a day", message, job_state::processing, day, true},
  {"message that runs, four years", message, job_state::processing, 4 * year, true},
  {"message that waits for a slot", message, job_state::pending, day, true},
  {"agent job that runs", agent_job, job_state::processing, day, true},
  {"agent job that waits for a slot", agent_job, job_state::pending, 4 * year, true},
  {"a millisecond", message, job_state::processing, 1ms, true},
  {"right clock", message, job_state::processing, -1s, false},
  {"now", message, job_state::processing, 0ms, false},
  {"overdue", message, job_state::processing, -day, false},
  {"agent job whose time has not come", agent_job, job_state::scheduled, day, false},
  {"run of a scheduled job", job_kind::run, job_state::processing, day, false},
};

} // namespace

TEST(ClockCorrection, DeadlineOfWhatHasBegunIsItsWholeSpanFromNow) {
  for (const auto& [name, kind, state, by, is_new] : deadline_cases) {
    SCOPED_TRACE(name);
    const auto kept = begun(kind, state, by);

    const auto made = core::correct_times(kept, agent_retry{}, now);

    EXPECT_EQ(made.is_deadline_new, is_new);
    EXPECT_EQ(made.record->spec->expires_at, is_new ? now + 10s : kept->spec->expires_at);
    EXPECT_EQ(made.record->spec->due_at, is_new ? now : kept->spec->due_at);
    EXPECT_EQ(made.record->version, is_new ? 4u : 3u);
    EXPECT_EQ(core::revived(made.record, at(0)).deadline,
              at(0).steady + std::max(made.record->spec->expires_at - now, 0ms));
    const auto again = core::correct_times(made.record, agent_retry{}, now);
    EXPECT_FALSE(again.is_changed()) << "each start would give it more time";
  }
}

TEST(ClockCorrection, RetryIsNotLaterThanTheNewDeadline) {
  auto kept = std::make_shared<job>(*begun(message, job_state::pending, day));
  kept->retries = 1;
  kept->retry_at = kept->updated_at + 30s;

  const auto made = core::correct_times(kept, agent_retry{}, now);

  EXPECT_TRUE(made.is_deadline_new && made.is_retry_new);
  EXPECT_EQ(made.record->retry_at, now + 10s);
}

TEST(ClockCorrection, FinishedMessageIsKeptNoLongerThanItsTimeLimitMore) {
  for (const auto by : {ms{2h}, day, 4 * year}) {
    auto kept = std::make_shared<job>(*begun(message, job_state::completed, by));
    kept->finished_at = kept->spec->due_at + 2s;

    EXPECT_EQ(core::retention_start(*kept, now), now + 10s);
  }
  auto kept = std::make_shared<job>(*begun(message, job_state::completed, -4s));
  kept->finished_at = now - 1s;
  EXPECT_EQ(core::retention_start(*kept, now), now + 6s);
  EXPECT_EQ(core::retention_start(*kept, now + 1h), now + 6s);
}

} // namespace callboard::test
