#include "core/jobs/tally.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/core/jobs/situations.hpp"

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

TEST(Tally, CountsHeldJobsByKindAndState) {
  core::tally tally;
  tally.add(message(job_state::pending));
  tally.add(message(job_state::pending));
  tally.add(message(job_state::processing));
  tally.add(job_of(job_kind::agent, job_state::scheduled));
  tally.add(job_of(job_kind::run, job_state::pending));

  EXPECT_EQ(count(tally.of(job_kind::message), job_state::pending), 2u);
  EXPECT_EQ(count(tally.of(job_kind::message), job_state::processing), 1u);
  EXPECT_EQ(count(tally.of(job_kind::message), job_state::scheduled), 0u);
  EXPECT_EQ(tally.held(job_kind::message), 3u);
  EXPECT_EQ(tally.held(job_kind::agent), 1u);
  EXPECT_EQ(tally.held(job_kind::run), 1u);
  EXPECT_EQ(tally.live(), 5u);
}

TEST(Tally, CountsLiveJobsOfEachOrganisation) {
  const auto of = [](std::string organisation, job_state state) {
    auto made = message(state);
    auto spec = *made.spec;
    spec.organisation = std::move(organisation);
    made.spec = std::make_shared<const job_spec>(std::move(spec));
    return made;
  };
  core::tally tally;
  tally.add(of("a", job_state::pending));
  tally.add(of("a", job_state::processing));
  tally.add(of("a", job_state::failed));
  tally.add(of("b", job_state::scheduled));
  tally.add_ended(of("b", job_state::completed));
  EXPECT_EQ(tally.live_of("a"), 2u);
  EXPECT_EQ(tally.live_of("b"), 1u);
  EXPECT_EQ(tally.live_of("c"), 0u);

  tally.change(of("a", job_state::pending), of("a", job_state::processing));
  EXPECT_EQ(tally.live_of("a"), 2u);
  tally.change(of("a", job_state::processing), of("a", job_state::timeout));
  EXPECT_EQ(tally.live_of("a"), 1u);
  tally.remove(of("a", job_state::timeout));
  tally.remove(of("b", job_state::scheduled));
  EXPECT_EQ(tally.live_of("a"), 1u);
  EXPECT_EQ(tally.live_of("b"), 0u);
  EXPECT_EQ(tally.live(), 1u);
}

TEST(Tally, ChangeMovesAJobFromStateToState) {
  core::tally tally;
  tally.add(message(job_state::pending));

  tally.change(message(job_state::pending), message(job_state::processing));

  EXPECT_EQ(count(tally.of(job_kind::message), job_state::pending), 0u);
  EXPECT_EQ(count(tally.of(job_kind::message), job_state::processing), 1u);
  EXPECT_EQ(tally.live(), 1u);
}

TEST(Tally, EveryTerminalStateIsFinishedAndEveryOtherLive) {
  for (const auto state : all_states) {
    core::tally tally;
    tally.add(message(job_state::pending));

    tally.change(message(job_state::pending), message(state));

    EXPECT_EQ(tally.held(job_kind::message), 1u) << to_string(state);
    EXPECT_EQ(tally.finished(job_kind::message), is_terminal(state) ? 1u : 0u) << to_string(state);
    EXPECT_EQ(tally.live(), is_terminal(state) ? 0u : 1u) << to_string(state);
    EXPECT_EQ(count(tally.ended(job_kind::message), state), is_terminal(state) ? 1u : 0u)
      << to_string(state);
  }
}

TEST(Tally, RemovedJobIsNotHeldButStaysAmongThoseThatEnded) {
  core::tally tally;
  tally.add(message(job_state::processing));
  tally.change(message(job_state::processing), message(job_state::failed));

  tally.remove(message(job_state::failed));

  EXPECT_EQ(tally.held(job_kind::message), 0u);
  EXPECT_EQ(tally.finished(job_kind::message), 0u);
  EXPECT_EQ(count(tally.ended(job_kind::message), job_state::failed), 1u);
}

TEST(Tally, RemovedLiveJobHasNotEnded) {
  core::tally tally;
  tally.add(message(job_state::pending));

  tally.remove(message(job_state::pending));

  EXPECT_EQ(tally.live(), 0u);
  EXPECT_EQ(tally.ended(job_kind::message), state_counts{});
}

// Symptom: jobs whose deadline had passed while the server was down were missing in the rates.
TEST(Tally, JobThatIsOverWhenItIsAddedHasEnded) {
  core::tally tally;

  tally.add(message(job_state::timeout));
  tally.add(message(job_state::completed, 4000));

  EXPECT_EQ(count(tally.ended(job_kind::message), job_state::timeout), 1u);
  EXPECT_EQ(count(tally.ended(job_kind::message), job_state::completed), 1u);
  EXPECT_EQ(tally.mean_completion(job_kind::message), 4s);
  EXPECT_EQ(tally.live(), 0u);
}

TEST(Tally, JobEndsOnce) {
  core::tally tally;
  tally.add(message(job_state::processing));
  tally.change(message(job_state::processing), message(job_state::completed));

  tally.change(message(job_state::completed), message(job_state::completed));

  EXPECT_EQ(count(tally.ended(job_kind::message), job_state::completed), 1u);
}

TEST(Tally, MeanIsThatOfTheCompletedJobsOfTheKind) {
  core::tally tally;
  const auto end = [&](const job& one) {
    tally.add(job_of(one.spec->kind, job_state::processing));
    tally.change(job_of(one.spec->kind, job_state::processing), one);
  };
  EXPECT_EQ(tally.mean_completion(job_kind::message), 0ms);

  end(message(job_state::completed, 1000));
  end(message(job_state::completed, 2001));
  end(message(job_state::failed, 50'000));
  end(job_of(job_kind::agent, job_state::completed, 50'000));

  EXPECT_DOUBLE_EQ(tally.mean_completion(job_kind::message).count(), 1500.5);
}

} // namespace callboard::test
