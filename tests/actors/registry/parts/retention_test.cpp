#include <gtest/gtest.h>

#include "actors/registry/retention.hpp"
#include "tests/actors/registry/parts/fake_outbox.hpp"

// How long finished jobs are held and stored, without actors.

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

class RetentionTimes : public ::testing::Test {
protected:
  /// Ended now, with that much of its time left.
  job_ptr ended(std::uint8_t number, job_kind kind, std::chrono::milliseconds left = 0s) {
    auto made = std::make_shared<callboard::job>(*job_of(number, job_state::completed, kind));
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->created_at = spec->due_at = out.time.wall - 10s;
    spec->expires_at = out.time.wall + left;
    made->spec = std::move(spec);
    made->finished_at = out.time.wall;
    return made;
  }

  steady_time kept_until(const job_ptr& one) {
    core::text_share share;
    return held.keep(*one, share, out.time);
  }

  fake_outbox out;
  const engine_options options = [] {
    engine_options made;
    made.jobs_max = 2;
    made.held_text_bytes_max = 20;
    made.message_retention = 600s;
    made.finished_retention = 60s;
    return made;
  }();
  bool can_sweep = true;
  retention held{out, options, [this] { return can_sweep; }};
};

TEST_F(RetentionTimes, EachKindHasItsTime) {
  const auto now = out.time.steady;

  EXPECT_EQ(kept_until(ended(1, job_kind::message)), now + 600s);
  EXPECT_EQ(kept_until(ended(2, job_kind::message, 30s)), now + 630s);
  EXPECT_EQ(kept_until(ended(3, job_kind::agent)), now + 60s);
  EXPECT_EQ(kept_until(ended(4, job_kind::run)), now + 60s);
}

TEST_F(RetentionTimes, MessageThatFinishedFirstGoesFirst) {
  kept_until(ended(1, job_kind::message));
  kept_until(ended(2, job_kind::agent));
  kept_until(ended(3, job_kind::message));

  EXPECT_FALSE(held.must_drop(2, 0, 0));
  EXPECT_TRUE(held.must_drop(2, 0, 1));
  EXPECT_EQ(held.take_oldest(), job_of(1)->spec->id);
  EXPECT_EQ(held.take_oldest(), job_of(3)->spec->id);
  EXPECT_FALSE(held.must_drop(9, 0, 1)) << "live jobs are never dropped";
}

TEST_F(RetentionTimes, TextMakesMessagesGo) {
  core::text_share live;
  core::text_share finished;
  held.count(*job_of(1), live);
  held.keep(*ended(2, job_kind::message), finished, out.time);
  EXPECT_EQ(held.texts().bytes(), 10u);

  EXPECT_FALSE(held.must_drop(2, 10, 0));
  EXPECT_TRUE(held.must_drop(2, 11, 0));
  held.release(finished);

  EXPECT_FALSE(held.must_drop(2, 11, 0));
}

TEST_F(RetentionTimes, DroppedOnesAreSkipped) {
  for (std::uint8_t number = 1; number < 4; ++number)
    kept_until(ended(number, job_kind::message));

  held.skip_dropped([](const uuid& id) { return id == job_of(3)->spec->id; });

  EXPECT_EQ(held.take_oldest(), job_of(3)->spec->id);
}

TEST_F(RetentionTimes, StoreForgetsInPortions) {
  held.sweep(job_kind::message, out.time.wall);
  ASSERT_EQ(out.sweeps.size(), 1u);
  const auto limit = out.sweeps.front().what.limit;

  out.answer(out.sweeps, sweep_outcome{limit});
  ASSERT_EQ(out.sweeps.size(), 1u);
  out.answer(out.sweeps, sweep_outcome{limit - 1});

  EXPECT_TRUE(out.sweeps.empty());
}

TEST_F(RetentionTimes, NothingIsSweptWhileTheStoreFails) {
  can_sweep = false;

  held.sweep_agent_jobs();

  EXPECT_TRUE(out.sweeps.empty());
  EXPECT_EQ(held.next_sweep(), out.time.steady + 1min) << "there will be another time";
}

TEST_F(RetentionTimes, StoreThatCannotEraseIsAskedAgainInAMinute) {
  held.sweep_agent_jobs();
  EXPECT_EQ(out.sweeps.front().what.before, out.time.wall - options.agent_job_retention);

  out.answer(out.sweeps, sweep_outcome{fail(errc::io, "no")});

  EXPECT_TRUE(out.sweeps.empty());
  EXPECT_EQ(held.next_sweep(), out.time.steady + 1min);
}

} // namespace

} // namespace callboard::actors::test
