#include "tests/actors/durable_test.hpp"

namespace callboard::actors::test {

namespace {

constexpr auto sweep_size = 500u;

class Retention : public durable_test {};

TEST_F(Retention, FinishedMessagesAreHeldAgainAfterAStart) {
  const auto job = ended(10s);
  finished_messages = {job};
  start();

  EXPECT_EQ(get(job).value(), job);
  EXPECT_TRUE(keeper.finds.empty());
  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 1u);
  EXPECT_EQ(health().finished_messages[static_cast<std::size_t>(job_state::completed)], 0u);
}

TEST_F(Retention, RetentionGoesOnAfterAStart) {
  options.message_retention = 600s;
  const auto job = ended(590s);
  finished_messages = {job};
  start();

  advance(9s);
  EXPECT_TRUE(keeper.written.empty());
  advance(2s);

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->erased, std::vector{job->spec->id});
  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 0u);
}

TEST_F(Retention, FinishedMessagesCountForTheCapacityAfterAStart) {
  options.jobs_max = 2;
  finished_messages = {ended(20s, 1), ended(10s, 2)};
  start();

  create();

  EXPECT_EQ(health().messages[static_cast<std::size_t>(job_state::completed)], 1u);
  std::vector<uuid> erased;
  for (const auto& batch : keeper.written)
    erased.insert(erased.end(), batch->erased.begin(), batch->erased.end());
  EXPECT_EQ(erased, std::vector{finished_messages.front()->spec->id});
}

TEST_F(Retention, MoreThanFitsIsForgottenAtTheStart) {
  options.jobs_max = 2;
  finished_messages = {ended(30s, 1), ended(20s, 2), ended(20s, 3)};
  keeper.sweep_finds = {sweep_size, 0, 3};
  start();

  ASSERT_EQ(keeper.written.size(), 1u);
  EXPECT_EQ(keeper.written.front()->erased, std::vector{finished_messages.front()->spec->id});
  // What is older than the oldest that was loaded goes, too, bit by bit.
  std::erase_if(keeper.sweeps, [](const auto& one) { return one.kind != job_kind::message; });
  ASSERT_EQ(keeper.sweeps.size(), 2u);
  for (const auto& one : keeper.sweeps)
    EXPECT_EQ(one.before, *finished_messages.front()->finished_at);
}

TEST_F(Retention, AgentJobsAreForgottenWhenTheirRetentionIsOver) {
  options.agent_job_retention = 1h;
  start();
  const auto at_start = keeper.sweeps;
  keeper.sweeps.clear();

  advance(61s);

  constexpr system_time base{1'800'000'000'000ms};
  ASSERT_EQ(at_start.size(), 1u);
  EXPECT_EQ(at_start.front().kind, job_kind::agent);
  EXPECT_EQ(at_start.front().before, base - 1h);
  EXPECT_EQ(at_start.front().limit, sweep_size);
  ASSERT_EQ(keeper.sweeps.size(), 1u);
  EXPECT_EQ(keeper.sweeps.front().before, base - 1h + 61s);
}

TEST_F(Retention, NothingIsForgottenWhileTheStoreFails) {
  start();
  keeper.fault = error{errc::io, "disk full"};
  refused();
  keeper.sweeps.clear();

  advance(61s);

  EXPECT_TRUE(keeper.sweeps.empty());
}

TEST_F(Retention, ManyErasedJobsGoInSeveralBatches) {
  options.message_retention = 60s;
  for (std::uint32_t number = 0; number < sweep_size + 1; ++number) {
    auto made = std::make_shared<callboard::job>(*ended(50s));
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->id.bytes[0] = static_cast<std::uint8_t>(number & 0xff);
    spec->id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    made->spec = spec;
    finished_messages.push_back(made);
  }
  start();

  advance(11s);

  std::size_t sum = 0;
  for (const auto& batch : keeper.written) {
    EXPECT_LE(batch->erased.size(), sweep_size);
    sum += batch->erased.size();
  }
  EXPECT_EQ(sum, sweep_size + 1);
}

} // namespace

} // namespace callboard::actors::test
