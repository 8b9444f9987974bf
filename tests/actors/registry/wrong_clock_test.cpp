#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "core/schedules/schedule_rules.hpp"
#include "tests/actors/registry/schedule_fixture.hpp"
#include "tests/support/temp_dir.hpp"

// Starts with a right clock after a wrong one. The records are what a server has left whose clock was ahead.

namespace callboard::actors::test {

namespace {

/// A live job that a clock has written which was so far ahead, begun a second before.
job_ptr begun(job_kind kind, job_state state, system_time now, std::chrono::milliseconds ahead,
              std::chrono::milliseconds limit, const uuid& agent_id) {
  auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  spec->kind = kind;
  spec->organisation = "default";
  spec->agent_id = agent_id;
  spec->user_id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  spec->content = "hello";
  spec->created_at = spec->due_at = now + ahead - 1s;
  spec->expires_at = spec->due_at + limit;
  if (kind == job_kind::agent)
    spec->agent_job = std::make_shared<const agent_job_fields>();
  auto made = std::make_shared<callboard::job>();
  made->spec = spec;
  made->version = 2;
  made->state = state;
  made->updated_at = now + ahead;
  if (state == job_state::scheduled)
    return made;
  task_record task;
  task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
  task.state = state == job_state::processing ? task_state::running : task_state::waiting;
  task.created_at = spec->created_at;
  made->tasks.push_back(task);
  return made;
}

constexpr std::chrono::milliseconds ahead[] = {2h, 24h, 24h * 365 * 4};

/// In virtual time; with each distance, and with a store that is durable or not.
class WrongClock
  : public schedule_test,
    public ::testing::WithParamInterface<std::pair<bool, std::chrono::milliseconds>> {
protected:
  void SetUp() override {
    is_durable = GetParam().first;
    by = GetParam().second;
    info.concurrency = 1;
    observers.times_corrected = [this](const corrected_times& what) { told.push_back(what); };
  }

  job_ptr begun(job_kind kind, job_state state, std::chrono::milliseconds limit) const {
    return test::begun(kind, state, wall_start, by, limit, info.id);
  }

  scheduled_job_ptr written(const schedule_definition& what) const {
    return core::make_schedule(
             what, "default", *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8059"), wall_start + by)
      .value()
      .record;
  }

  std::chrono::milliseconds by{};
  std::vector<corrected_times> told;
};

INSTANTIATE_TEST_SUITE_P(All, WrongClock,
                         ::testing::Values(std::pair{true, ahead[0]}, std::pair{true, ahead[1]},
                                           std::pair{true, ahead[2]}, std::pair{false, ahead[0]},
                                           std::pair{false, ahead[1]}, std::pair{false, ahead[2]}));

// It stayed `processing` till tomorrow and held its slot.
TEST_P(WrongClock, MessageTimesOutAndFreesItsSlot) {
  live = {begun(job_kind::message, job_state::processing, 3s)};
  start();
  const auto next = create();
  ASSERT_EQ(state_of(next), job_state::pending);
  EXPECT_EQ(get(live.front()).value()->spec->expires_at, wall_start + 3s);
  EXPECT_EQ(runner->started.front()->deadline, wall_start + 3s);

  advance(3s);

  EXPECT_EQ(state_of(live.front()), job_state::timeout);
  EXPECT_EQ(state_of(next), job_state::processing);
  EXPECT_EQ(told, (std::vector{corrected_times{.deadlines = 1}}));
}

TEST_P(WrongClock, MessageThatEndsIsForgottenInTime) {
  live = {begun(job_kind::message, job_state::processing, 3s)};
  start();
  runner->complete("hi");
  run();
  ASSERT_EQ(state_of(live.front()), job_state::completed);

  advance(3s + options.message_retention);

  if (is_durable)
    EXPECT_EQ(keeper.written.back()->erased, std::vector{live.front()->spec->id});
  else
    EXPECT_FALSE(get(live.front()));
}

TEST_P(WrongClock, AgentJobFailsAtItsDeadline) {
  live = {begun(job_kind::agent, job_state::processing, 1min)};
  start();

  advance(59s);
  EXPECT_EQ(state_of(live.front()), job_state::processing);
  advance(1s);

  EXPECT_EQ(state_of(live.front()), job_state::timeout);
}

TEST_P(WrongClock, DelayedAgentJobKeepsItsTime) {
  live = {begun(job_kind::agent, job_state::scheduled, 1min)};
  start();

  EXPECT_EQ(get(live.front()).value()->spec->due_at, live.front()->spec->due_at);
  EXPECT_EQ(get(live.front()).value()->version, live.front()->version);
  EXPECT_TRUE(runner->started.empty());
  EXPECT_TRUE(told.empty());
}

TEST_P(WrongClock, RetryComesAfterItsOwnWait) {
  auto waiting
    = std::make_shared<callboard::job>(*begun(job_kind::message, job_state::pending, 1min));
  waiting->tasks.front().state = task_state::failed;
  waiting->tasks.front().finished_at = waiting->updated_at;
  waiting->retries = 1;
  waiting->retry_at = waiting->updated_at + 500ms;
  live = {waiting};
  start();
  EXPECT_TRUE(runner->started.empty());

  advance(500ms);

  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(told, (std::vector{corrected_times{.deadlines = 1, .retries = 1}}));
}

// Its next run came tomorrow.
TEST_P(WrongClock, IntervalGoesOnFromNow) {
  schedules = {written(every(1s))};
  start();
  EXPECT_EQ(now(schedules.front())->next_run_at, wall_start + 1s);

  advance(1s);

  EXPECT_EQ(runner->started.size(), 1u);
  EXPECT_EQ(told, (std::vector{corrected_times{.next_runs = 1}}));
}

TEST_P(WrongClock, EveryCronAndRetriesOfRunsGoOnFromNow) {
  schedules = {written(at("@every 10s"))};
  auto cron = std::make_shared<scheduled_job>(*written(at("*/10 * * * * *")));
  cron->id.bytes.back() ^= 1;
  auto named = std::make_shared<schedule_definition>(*cron->definition);
  named->name = "cron";
  cron->definition = named;
  schedules.push_back(cron);
  start();
  advance(1ms);

  EXPECT_EQ(now(schedules[0])->next_run_at, wall_start + 10s);
  EXPECT_EQ(now(schedules[1])->next_run_at, wall_start + 10s);
  EXPECT_EQ(told, (std::vector{corrected_times{.next_runs = 2}}));
}

TEST_P(WrongClock, RunUnderWayGoesOnAndItsScheduleToo) {
  schedules = {written(every(10s))};
  auto run_record
    = std::make_shared<callboard::job>(*begun(job_kind::run, job_state::processing, 24h * 36'525));
  auto spec = std::make_shared<job_spec>(*run_record->spec);
  spec->run = std::make_shared<const run_fields>(run_fields{
    schedules.front()->id, run_trigger::schedule, schedules.front()->definition->payload});
  spec->attempt_time_limit = 1s;
  run_record->spec = spec;
  run_record->tasks.front().kind = task_kind::run;
  live = {run_record};
  start();
  ASSERT_EQ(runner->started.size(), 1u);

  advance(1s);
  EXPECT_EQ(state_of(live.front()), job_state::timeout);
  advance(9s);

  EXPECT_EQ(runner->started.size(), 2u);
}

TEST_P(WrongClock, WhatWasSetRightIsStored) {
  live = {begun(job_kind::message, job_state::processing, 1min)};
  schedules = {written(every(1h))};
  start();
  keeper.is_holding = false;
  begin_drain(0ms);
  run();

  const auto& kept = keeper.kept[live.front()->spec->id];
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->spec->expires_at, wall_start + 1min);
  scheduled_job_ptr stored;
  for (const auto& batch : keeper.written)
    if (const auto found = batch->schedules.find(schedules.front()->id);
        found != batch->schedules.end())
      stored = found->second;
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->next_run_at, wall_start + 1h);
  EXPECT_EQ(stored->grid_start, wall_start);
}

/// An engine that sees the system's clock, over each kind of store.
class WrongClockEngine : public ::testing::TestWithParam<std::string> {
protected:
  std::unique_ptr<store> open_store() {
    if (GetParam() == "memory")
      return make_memory_store();
    return open_sqlite_store({.path = directory_.path() / "jobs.db", .sync = store_sync::normal})
      .value();
  }

  static agent_binding silent_agent() {
    agent_binding made;
    made.info.id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
    made.info.name = "silent";
    auto kept = std::make_shared<std::vector<completion>>();
    made.runner = make_async_function_agent(
      [kept](task_ptr, completion done) { kept->push_back(std::move(done)); });
    return made;
  }

private:
  tests::temp_dir directory_;
};

INSTANTIATE_TEST_SUITE_P(Stores, WrongClockEngine, ::testing::Values("memory", "sqlite"),
                         [](const auto& store) { return store.param; });

TEST_P(WrongClockEngine, MessageOfADayAheadTimesOutInItsOwnTimeAndIsStoredSo) {
  const auto system_now = to_system_time(std::chrono::system_clock::now());
  auto binding = silent_agent();
  const auto job
    = test::begun(job_kind::message, job_state::processing, system_now, 24h, 50ms, binding.info.id);
  auto kept = open_store();
  ASSERT_TRUE(kept->commit(std::vector{job}));
  std::promise<corrected_times> told;
  engine_observers observers;
  observers.times_corrected = [&](const corrected_times& what) { told.set_value(what); };
  auto running = engine::start({}, std::move(kept), {std::move(binding)}, observers).value();

  const auto done = running.jobs().wait({job->spec->id, {}, {}}, 20s).get().value();

  EXPECT_EQ(done->state, job_state::timeout);
  EXPECT_LT(done->spec->expires_at, system_now + 1min);
  EXPECT_EQ(told.get_future().get(), (corrected_times{.deadlines = 1}));
  const auto listed = running.jobs().list({}).get().value();
  ASSERT_EQ(listed.jobs.size(), 1u);
  EXPECT_EQ(listed.jobs.front()->spec->expires_at, done->spec->expires_at);
}

TEST_P(WrongClockEngine, ScheduleOfADayAheadFiresInItsOwnTime) {
  const auto system_now = to_system_time(std::chrono::system_clock::now());
  auto binding = silent_agent();
  schedule_definition what;
  what.name = "job";
  what.agent_id = binding.info.id;
  what.interval = 100ms;
  what.payload = json_text::from_valid("{}");
  auto fired = std::make_shared<std::promise<void>>();
  auto has_fired = fired->get_future();
  binding.runner = make_async_function_agent([fired](task_ptr, completion done) mutable {
    if (auto first = std::exchange(fired, nullptr))
      first->set_value();
    done(agent_answer::complete("done"));
  });
  const auto record
    = core::make_schedule(what, "default", *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8059"),
                          system_now + 24h)
        .value()
        .record;
  auto kept = open_store();
  ASSERT_TRUE(kept->commit({}, {}, std::vector{schedule_change{record->id, record}}));
  auto running = engine::start({}, std::move(kept), {std::move(binding)}).value();

  EXPECT_EQ(has_fired.wait_for(20s), std::future_status::ready);
}

TEST_P(WrongClockEngine, NobodyIsToldWhereTheClockWasRight) {
  const auto system_now = to_system_time(std::chrono::system_clock::now());
  auto binding = silent_agent();
  const auto job
    = test::begun(job_kind::message, job_state::processing, system_now, 0ms, 1h, binding.info.id);
  auto kept = open_store();
  ASSERT_TRUE(kept->commit(std::vector{job}));
  int told = 0;
  engine_observers observers;
  observers.times_corrected = [&](const corrected_times&) { ++told; };
  {
    auto running = engine::start({}, std::move(kept), {std::move(binding)}, observers).value();
    EXPECT_EQ(running.jobs().get({job->spec->id, {}, {}}).get().value()->spec->expires_at,
              job->spec->expires_at);
  }

  EXPECT_EQ(told, 0);
}

} // namespace

} // namespace callboard::actors::test
