#include "core/jobs/job_counters.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/core/jobs/job_fixtures.hpp"

namespace callboard::test {

namespace {

using namespace std::chrono_literals;

job job_of(job_kind kind, job_state state, std::int64_t finished_ms = 2000) {
  auto spec = example_spec();
  spec.kind = kind;
  job made;
  made.spec = std::make_shared<const job_spec>(std::move(spec));
  made.state = state;
  if (is_terminal(state))
    made.finished_at = at(finished_ms).wall;
  return made;
}

job message(job_state state, std::int64_t finished_ms = 2000) {
  return job_of(job_kind::message, state, finished_ms);
}

std::size_t count(const state_counts& counts, job_state state) {
  return counts[static_cast<std::size_t>(state)];
}

constexpr std::array all_states{job_state::scheduled, job_state::pending, job_state::processing,
                                job_state::completed, job_state::failed,  job_state::timeout,
                                job_state::canceled};

} // namespace

TEST(JobCounters, CountsHeldJobsByKindAndState) {
  core::job_counters job_counters;
  job_counters.add(message(job_state::pending));
  job_counters.add(message(job_state::pending));
  job_counters.add(message(job_state::processing));
  job_counters.add(job_of(job_kind::agent, job_state::scheduled));
  job_counters.add(job_of(job_kind::run, job_state::pending));

  EXPECT_EQ(count(job_counters.of(job_kind::message), job_state::pending), 2u);
  EXPECT_EQ(count(job_counters.of(job_kind::message), job_state::processing), 1u);
  EXPECT_EQ(count(job_counters.of(job_kind::message), job_state::scheduled), 0u);
  EXPECT_EQ(job_counters.held(job_kind::message), 3u);
  EXPECT_EQ(job_counters.held(job_kind::agent), 1u);
  EXPECT_EQ(job_counters.held(job_kind::run), 1u);
  EXPECT_EQ(job_counters.live(), 5u);
}

TEST(JobCounters, CountsLiveJobsOfEachOrganisation) {
  const auto of = [](std::string organisation, job_state state) {
    auto made = message(state);
    auto spec = *made.spec;
    spec.organisation = std::move(organisation);
    made.spec = std::make_shared<const job_spec>(std::move(spec));
    return made;
  };
  core::job_counters job_counters;
  job_counters.add(of("a", job_state::pending));
  job_counters.add(of("a", job_state::processing));
  job_counters.add(of("a", job_state::failed));
  job_counters.add(of("b", job_state::scheduled));
  job_counters.add_ended(of("b", job_state::completed));
  EXPECT_EQ(job_counters.live_of("a"), 2u);
  EXPECT_EQ(job_counters.live_of("b"), 1u);
  EXPECT_EQ(job_counters.live_of("c"), 0u);

  job_counters.change(of("a", job_state::pending), of("a", job_state::processing));
  EXPECT_EQ(job_counters.live_of("a"), 2u);
  job_counters.change(of("a", job_state::processing), of("a", job_state::timeout));
  EXPECT_EQ(job_counters.live_of("a"), 1u);
  job_counters.remove(of("a", job_state::timeout));
  job_counters.remove(of("b", job_state::scheduled));
  EXPECT_EQ(job_counters.live_of("a"), 1u);
  EXPECT_EQ(job_counters.live_of("b"), 0u);
  EXPECT_EQ(job_counters.live(), 1u);
}

TEST(JobCounters, ChangeMovesAJobFromStateToState) {
  core::job_counters job_counters;
  job_counters.add(message(job_state::pending));

  job_counters.change(message(job_state::pending), message(job_state::processing));

  EXPECT_EQ(count(job_counters.of(job_kind::message), job_state::pending), 0u);
  EXPECT_EQ(count(job_counters.of(job_kind::message), job_state::processing), 1u);
  EXPECT_EQ(job_counters.live(), 1u);
}

TEST(JobCounters, EveryTerminalStateIsFinishedAndEveryOtherLive) {
  for (const auto state : all_states) {
    core::job_counters job_counters;
    job_counters.add(message(job_state::pending));

    job_counters.change(message(job_state::pending), message(state));

    EXPECT_EQ(job_counters.held(job_kind::message), 1u) << to_string(state);
    EXPECT_EQ(job_counters.finished(job_kind::message), is_terminal(state) ? 1u : 0u)
      << to_string(state);
    EXPECT_EQ(job_counters.live(), is_terminal(state) ? 0u : 1u) << to_string(state);
    EXPECT_EQ(count(job_counters.ended(job_kind::message), state), is_terminal(state) ? 1u : 0u)
      << to_string(state);
  }
}

TEST(JobCounters, RemovedJobIsNotHeldButStaysAmongThoseThatEnded) {
  core::job_counters job_counters;
  job_counters.add(message(job_state::processing));
  job_counters.change(message(job_state::processing), message(job_state::failed));

  job_counters.remove(message(job_state::failed));

  EXPECT_EQ(job_counters.held(job_kind::message), 0u);
  EXPECT_EQ(job_counters.finished(job_kind::message), 0u);
  EXPECT_EQ(count(job_counters.ended(job_kind::message), job_state::failed), 1u);
}

TEST(JobCounters, RemovedLiveJobHasNotEnded) {
  core::job_counters job_counters;
  job_counters.add(message(job_state::pending));

  job_counters.remove(message(job_state::pending));

  EXPECT_EQ(job_counters.live(), 0u);
  EXPECT_EQ(job_counters.ended(job_kind::message), state_counts{});
}

// Symptom: jobs whose deadline had passed while the server was down were missing in the rates.
TEST(JobCounters, JobThatIsOverWhenItIsAddedHasEnded) {
  core::job_counters job_counters;

  job_counters.add(message(job_state::timeout));
  job_counters.add(message(job_state::completed, 4000));

  EXPECT_EQ(count(job_counters.ended(job_kind::message), job_state::timeout), 1u);
  EXPECT_EQ(count(job_counters.ended(job_kind::message), job_state::completed), 1u);
  EXPECT_EQ(job_counters.mean_completion(job_kind::message), 4s);
  EXPECT_EQ(job_counters.live(), 0u);
}

TEST(JobCounters, JobEndsOnce) {
  core::job_counters job_counters;
  job_counters.add(message(job_state::processing));
  job_counters.change(message(job_state::processing), message(job_state::completed));

  job_counters.change(message(job_state::completed), message(job_state::completed));

  EXPECT_EQ(count(job_counters.ended(job_kind::message), job_state::completed), 1u);
}

TEST(JobCounters, MeanIsThatOfTheCompletedJobsOfTheKind) {
  core::job_counters job_counters;
  const auto end = [&](const job& one) {
    job_counters.add(job_of(one.spec->kind, job_state::processing));
    job_counters.change(job_of(one.spec->kind, job_state::processing), one);
  };
  EXPECT_EQ(job_counters.mean_completion(job_kind::message), 0ms);

  end(message(job_state::completed, 1000));
  end(message(job_state::completed, 2001));
  end(message(job_state::failed, 50'000));
  end(job_of(job_kind::agent, job_state::completed, 50'000));

  EXPECT_DOUBLE_EQ(job_counters.mean_completion(job_kind::message).count(), 1500.5);
}

} // namespace callboard::test
