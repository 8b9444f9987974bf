#include <atomic>
#include <future>
#include <latch>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>
#include <callboard/job_manager.hpp>

#include "tests/support/temp_dir.hpp"

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

const auto agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");

/// Longer than any test may take: what is waited for comes at once.
constexpr auto patience = 50s;

engine start(std::unique_ptr<store> jobs = make_memory_store()) {
  return engine::start({}, std::move(jobs), {{{agent_id, "echo", 4, {}}, make_echo_agent()}})
    .value();
}

/// A job that does not fire by itself during a test.
job_request calling(job_callback callback) {
  return {.name = "job", .interval = 24h, .callback = std::move(callback)};
}

/// Runs it once and returns how that ended.
job_ptr outcome_of(engine& board, job_manager& jobs, job_request wanted) {
  const auto job = jobs.create_job(std::move(wanted)).value();
  const auto run = jobs.run_now(job->id).value();
  return board.jobs().wait({run->spec->id, {}, {}}, patience).get().value();
}

TEST(JobManager, CallbackIsCalledEveryInterval) {
  std::latch called{3};
  std::atomic<int> left = 3;
  auto board = start();
  job_manager jobs{board.jobs()};

  const auto job = jobs.create_job({.name = "tick", .interval = 100ms, .callback = [&] {
                                      if (left-- > 0)
                                        called.count_down();
                                    }});
  ASSERT_TRUE(job) << job.error().message;
  called.wait();

  EXPECT_FALSE((*job)->id.is_nil());
  EXPECT_GE(jobs.get((*job)->id).value()->run_count, 3u);
}

TEST(JobManager, TextFromTheCallbackIsTheRunsResult) {
  auto board = start();
  job_manager jobs{board.jobs()};

  const auto plain = outcome_of(board, jobs, calling([] { return "done"; }));

  EXPECT_EQ(plain->state, job_state::completed);
  EXPECT_EQ(*plain->outcome->content, "done");
}

TEST(JobManager, CallbackSeesItsRun) {
  auto board = start();
  job_manager jobs{board.jobs()};
  auto wanted = calling([](const callback_run& run) {
    return run.task.job->spec->run->payload.text() + " attempt " + std::to_string(run.task.attempt);
  });
  wanted.payload = json_text::from_valid(R"({"a":1})");

  EXPECT_EQ(*outcome_of(board, jobs, wanted)->outcome->content, R"({"a":1} attempt 1)");
}

TEST(JobManager, FailedResultFailsTheRun) {
  auto board = start();
  job_manager jobs{board.jobs()};

  const auto over = outcome_of(
    board, jobs, calling([]() -> result<void> { return fail(errc::io, "disk full"); }));

  EXPECT_EQ(over->state, job_state::failed);
  EXPECT_EQ(over->outcome->error_text, "disk full");
}

TEST(JobManager, ExceptionFailsTheRunAfterItsRetries) {
  auto board = start();
  job_manager jobs{board.jobs()};
  std::atomic<int> calls = 0;
  auto wanted = calling([&]() -> result<std::string> {
    ++calls;
    throw std::runtime_error{"no luck"};
  });
  wanted.retry = retry_policy{.retries_max = 2, .delay = 1ms, .jitter = 0};

  const auto over = outcome_of(board, jobs, wanted);

  EXPECT_EQ(over->state, job_state::failed);
  EXPECT_EQ(over->outcome->error_text, "no luck");
  EXPECT_EQ(over->tasks.size(), 3u);
  EXPECT_EQ(calls, 3);
}

TEST(JobManager, TimeLimitAsksTheCallbackToStop) {
  std::promise<void> stopped;
  auto board = start();
  job_manager jobs{board.jobs()};
  auto wanted = calling([&](const callback_run& run) {
    while (!run.stop_requested())
      std::this_thread::yield();
    stopped.set_value();
  });
  // Long enough for the callback to have begun.
  wanted.time_limit = 1s;

  EXPECT_EQ(outcome_of(board, jobs, wanted)->state, job_state::timeout);
  EXPECT_EQ(stopped.get_future().wait_for(patience), std::future_status::ready);
}

TEST(JobManager, RemovalAsksTheCallbackToStop) {
  std::promise<void> started;
  std::promise<void> stopped;
  auto board = start();
  job_manager jobs{board.jobs()};
  const auto job = jobs
                     .create_job(calling([&](const callback_run& run) {
                       started.set_value();
                       while (!run.stop_requested())
                         std::this_thread::yield();
                       stopped.set_value();
                     }))
                     .value();
  jobs.run_now(job->id).value();
  started.get_future().wait();

  EXPECT_EQ(jobs.remove(job->id).value()->id, job->id);

  EXPECT_EQ(stopped.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_EQ(jobs.get(job->id).error().code, errc::not_found);
}

TEST(JobManager, CallbackMayRemoveItsOwnJob) {
  std::promise<result<scheduled_job_ptr>> removed;
  auto board = start();
  job_manager jobs{board.jobs()};
  const auto job = jobs
                     .create_job(calling([&](const callback_run& run) {
                       removed.set_value(jobs.remove(run.task.job->spec->run->schedule_id));
                     }))
                     .value();

  jobs.run_now(job->id).value();

  EXPECT_TRUE(removed.get_future().get());
}

TEST(JobManager, JobsMayHaveAgents) {
  auto board = start();
  job_manager jobs{board.jobs()};

  const auto over = outcome_of(
    board, jobs,
    {.name = "asked", .agent_id = agent_id, .schedule = "@yearly", .content = "hello"});

  EXPECT_EQ(*over->outcome->content, "echo: hello");
}

TEST(JobManager, JobNeedsEitherAnAgentOrACallback) {
  auto board = start();
  job_manager jobs{board.jobs()};
  auto both = calling([] {});
  both.agent_id = agent_id;

  EXPECT_EQ(jobs.create_job(both).error().code, errc::invalid_argument);
  EXPECT_EQ(jobs.create_job({.name = "none", .interval = 1h}).error().code, errc::invalid_argument);
}

TEST(JobManager, JobsAreListedChangedAndPaused) {
  auto board = start();
  job_manager jobs{board.jobs()};
  const auto job = jobs.create_job(calling([] { return "old"; })).value();

  const auto renamed
    = jobs.update(job->id, [](schedule_definition& what) { what.name = "renamed"; }).value();
  const auto paused = jobs.set_enabled(job->id, false).value();

  EXPECT_EQ(renamed->version, 2u);
  EXPECT_EQ(paused->status, schedule_status::paused);
  const auto listed = jobs.list().value();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed.front()->definition->name, "renamed");
  EXPECT_TRUE(listed.front()->definition->runner);
}

TEST(JobManager, AnotherCallbackTakesTheOldOnesPlace) {
  auto board = start();
  job_manager jobs{board.jobs()};
  const auto job = jobs.create_job(calling([] { return "old"; })).value();

  jobs.set_callback(job->id, [] { return "new"; }).value();
  const auto run = jobs.run_now(job->id).value();
  const auto over = board.jobs().wait({run->spec->id, {}, {}}, patience).get().value();

  EXPECT_EQ(*over->outcome->content, "new");
  ASSERT_EQ(jobs.runs(job->id).value().size(), 1u);
  EXPECT_EQ(jobs.set_callback(job->id, {}).error().code, errc::invalid_argument);
}

TEST(JobManager, OtherOrganisationsDoNotSeeItsJobs) {
  auto board = start();
  job_manager jobs{board.jobs()};
  job_manager others{board.jobs(), {.organisation = "others"}};
  const auto job = jobs.create_job(calling([] {})).value();

  EXPECT_EQ(others.get(job->id).error().code, errc::not_found);
  EXPECT_TRUE(others.list().value().empty());
}

TEST(JobManager, NoCallbackIsCalledOnceItIsGone) {
  auto board = start();
  scheduled_job_ptr job;
  {
    job_manager jobs{board.jobs()};
    job = jobs.create_job(calling([] { return "called"; })).value();
  }

  const auto run = board.jobs().schedules().run_now({job->id, {}, {}}).get().value();
  const auto over = board.jobs().wait({run->spec->id, {}, {}}, patience).get().value();

  EXPECT_EQ(over->state, job_state::failed);
  EXPECT_EQ(over->outcome->error_text, "the job manager no longer exists");
}

TEST(JobManager, ItsEndAsksCallbacksToStopAndWaitsForThem) {
  auto board = start();
  std::promise<void> started;
  std::atomic<bool> has_stopped = false;
  {
    job_manager jobs{board.jobs()};
    const auto job = jobs
                       .create_job(calling([&](const callback_run& run) {
                         started.set_value();
                         while (!run.stop_requested())
                           std::this_thread::yield();
                         has_stopped = true;
                       }))
                       .value();
    jobs.run_now(job->id).value();
    started.get_future().wait();
  }

  EXPECT_TRUE(has_stopped);
}

TEST(JobManager, EndOfTheEngineAsksCallbacksToStop) {
  std::promise<void> started;
  std::atomic<bool> has_stopped = false;
  std::optional<job_manager> jobs;
  {
    auto board = start();
    jobs.emplace(board.jobs());
    const auto job = jobs
                       ->create_job(calling([&](const callback_run& run) {
                         started.set_value();
                         while (!run.stop_requested())
                           std::this_thread::yield();
                         has_stopped = true;
                       }))
                       .value();
    jobs->run_now(job->id).value();
    started.get_future().wait();
  }
  jobs.reset(); // waits for it

  EXPECT_TRUE(has_stopped);
}

TEST(JobManager, CallbackJobsAreForgottenByTheNextEngine) {
  const tests::temp_dir dir;
  const sqlite_store_options file{.path = dir.path() / "callboard.db"};
  const auto made_of = [](job_manager& jobs, const char* name) {
    return jobs.create_job({.name = name, .agent_id = agent_id, .interval = 24h}).value()->id;
  };
  uuid kept;
  uuid run;
  {
    auto board = start(open_sqlite_store(file).value());
    job_manager jobs{board.jobs()};
    kept = made_of(jobs, "kept");
    run = outcome_of(board, jobs, calling([] {}))->spec->id;
  }

  auto board = start(open_sqlite_store(file).value());
  job_manager jobs{board.jobs()};

  const auto listed = jobs.list().value();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed.front()->id, kept);
  EXPECT_TRUE(jobs.create_job(calling([] {})));
  EXPECT_EQ(board.jobs().get({run, {}, {}}).get().error().code, errc::not_found);
}

} // namespace

} // namespace callboard::actors::test
