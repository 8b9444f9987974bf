#include "core/clock_correction.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string_view>

#include "tests/core/situations.hpp"

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

} // namespace callboard::test
