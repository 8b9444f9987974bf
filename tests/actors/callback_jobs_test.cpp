#include "tests/actors/registry/schedule_fixture.hpp"

namespace callboard::actors::test {

namespace {

constexpr system_time begin{1'800'000'000'000ms};

/// Scheduled jobs that bring their own runner, in virtual time.
class CallbackJobs : public schedule_test {
protected:
  void TearDown() override {
    schedule_test::TearDown();
    // It keeps its tasks, which keep their runner.
    own->started.clear();
    own->open.clear();
  }

  schedule_definition called_back(std::chrono::milliseconds interval) {
    auto made = every(interval);
    made.agent_id = {};
    made.runner = own;
    return made;
  }

  std::shared_ptr<scripted_agent> own = std::make_shared<scripted_agent>();
};

TEST_F(CallbackJobs, RunGoesToTheJobsOwnRunner) {
  start();
  const auto job = make(called_back(10s)).value();

  advance(10s);
  own->complete("done");
  run();

  EXPECT_TRUE(runner->started.empty());
  ASSERT_EQ(own->started.size(), 1u);
  EXPECT_TRUE(own->started.front()->agent_id.is_nil());
  EXPECT_EQ(now(job)->last_run->state, job_state::completed);
  EXPECT_EQ(now(job)->run_count, 1u);
}

TEST_F(CallbackJobs, FailedAttemptIsRetriedByTheJobsPolicy) {
  start();
  auto wanted = called_back(1h);
  wanted.retry = retry_policy{.retries_max = 1, .delay = 5s, .jitter = 0};
  const auto job = make(wanted).value();
  run_now(job).value();

  own->answer(agent_answer::failure("first"));
  run();
  advance(4999ms);
  EXPECT_EQ(own->started.size(), 1u);
  advance(1ms);
  ASSERT_EQ(own->started.size(), 2u);
  own->answer(agent_answer::failure("second"));
  run();

  EXPECT_EQ(own->started.back()->attempt, 2u);
  EXPECT_EQ(now(job)->last_run->state, job_state::failed);
  EXPECT_EQ(now(job)->last_run->outcome->error_text, "second");
  EXPECT_EQ(now(job)->failure_count, 1u);
}

TEST_F(CallbackJobs, TimeLimitOfAnAttemptReachesTheRunner) {
  start();
  auto wanted = called_back(1h);
  wanted.time_limit = 2s;
  const auto job = make(wanted).value();
  run_now(job).value();

  advance(2s);

  ASSERT_EQ(own->canceled.size(), 1u);
  EXPECT_EQ(own->canceled.front(), own->started.front()->id);
  EXPECT_TRUE(runner->canceled.empty());
  EXPECT_EQ(now(job)->last_run->state, job_state::timeout);
}

TEST_F(CallbackJobs, RemovalReachesTheRunner) {
  start();
  const auto job = make(called_back(10s)).value();
  advance(10s);

  remove({job->id, {}, {}}).value();

  EXPECT_EQ(own->canceled.size(), 1u);
}

TEST_F(CallbackJobs, RunnerThatThrowsFailsTheAttempt) {
  own->on_start = [](const task_ptr&, const completion&) { throw std::runtime_error{"no luck"}; };
  start();
  const auto job = make(called_back(10s)).value();

  advance(10s);

  EXPECT_EQ(now(job)->last_run->outcome->error_text, "agent failed: no luck");
}

TEST_F(CallbackJobs, AgentAndCallbackTogetherAreRefused) {
  start();
  auto wanted = called_back(10s);
  wanted.agent_id = info.id;

  EXPECT_EQ(make(wanted).error().code, errc::invalid_argument);
}

TEST_F(CallbackJobs, NeitherAgentNorCallbackIsRefused) {
  start();
  auto wanted = called_back(10s);
  wanted.runner = nullptr;

  EXPECT_EQ(make(wanted).error().code, errc::agent_not_found);
}

TEST_F(CallbackJobs, NobodyElseReachesTheRunnerByItsNilId) {
  start();
  make(called_back(10s)).value();
  auto wanted = message();
  wanted.agent_id = uuid{};

  EXPECT_EQ(refused(wanted).code, errc::agent_not_found);
}

TEST_F(CallbackJobs, CallbackCanTakeTheAgentsPlace) {
  start();
  const auto job = make(every(10s)).value();

  update({job->id, {}, {}}, [this](schedule_definition& what) {
    what.agent_id = {};
    what.runner = own;
  }).value();
  advance(10s);

  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(own->started.size(), 1u);
}

/// What a store kept of a callback job when the process before was killed during a run.
class CallbackJobsRestart : public CallbackJobs {
protected:
  void SetUp() override {
    is_durable = true;
    auto job = std::make_shared<scheduled_job>();
    job->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    job->organisation = "default";
    auto what = called_back(10s);
    what.runner = nullptr;
    what.missed = missed_policy::all;
    job->definition = std::make_shared<const schedule_definition>(what);
    job->created_at = job->updated_at = job->grid_start = begin - 60s;
    job->next_run_at = begin - 50s;
    schedules = {job};
    auto spec = std::make_shared<job_spec>();
    spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
    spec->kind = job_kind::run;
    spec->organisation = "default";
    spec->created_at = spec->due_at = begin - 10s;
    spec->expires_at = begin + 24h;
    spec->run = std::make_shared<const run_fields>(
      run_fields{job->id, run_trigger::schedule, what.payload});
    auto running = std::make_shared<callboard::job>();
    running->spec = spec;
    running->version = 2;
    running->state = job_state::processing;
    task_record task;
    task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8059");
    task.kind = task_kind::run;
    task.state = task_state::running;
    task.created_at = spec->created_at;
    running->tasks.push_back(task);
    live = {running};
  }
};

TEST_F(CallbackJobsRestart, JobAndItsRunsAreForgotten) {
  start();
  advance(1s);

  outcome_slot<result<std::vector<scheduled_job_ptr>>> listed;
  jobs->schedules().list({}, listed.callback());
  EXPECT_TRUE(outcome_of(listed).value().empty());
  EXPECT_TRUE(runner->started.empty());
  EXPECT_EQ(health().live, 0u);
  std::vector<uuid> erased;
  for (const auto& batch : keeper.written) {
    erased.insert(erased.end(), batch->erased.begin(), batch->erased.end());
    for (const auto& [id, record] : batch->schedules) {
      EXPECT_EQ(id, schedules.front()->id);
      EXPECT_EQ(record, nullptr);
    }
  }
  EXPECT_EQ(erased, std::vector{live.front()->spec->id});
}

TEST_F(CallbackJobsRestart, ItsNameIsFreeAgain) {
  start();

  EXPECT_TRUE(make(called_back(10s)));
}

} // namespace

} // namespace callboard::actors::test
