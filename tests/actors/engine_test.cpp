#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <callboard/engine.hpp>

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

const auto agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");

/// Answers on a thread of its own, in whatever order, some of them twice.
class threaded_agent final : public agent {
public:
  void start(task_ptr task, completion done) override {
    const std::lock_guard guard{mutex_};
    tasks_.emplace_back(std::move(task), std::move(done));
  }

  void cancel(const uuid&) override {
    ++canceled;
  }

  ~threaded_agent() override {
    is_over_ = true;
    worker_.join();
  }

  std::atomic<int> canceled = 0;

private:
  void work() {
    while (!is_over_) {
      std::vector<std::pair<task_ptr, completion>> taken;
      {
        const std::lock_guard guard{mutex_};
        taken.swap(tasks_);
      }
      for (auto& [task, done] : taken) {
        done(agent_answer::complete("echo: " + *task->content));
        if (task->id.bytes[15] % 2 == 0)
          done(agent_answer::failure("twice"));
      }
      std::this_thread::yield();
    }
  }

  std::mutex mutex_;
  std::vector<std::pair<task_ptr, completion>> tasks_;
  std::atomic<bool> is_over_ = false;
  std::thread worker_{[this] { work(); }};
};

/// Never answers.
class silent_agent final : public agent {
public:
  void start(task_ptr, completion done) override {
    const std::lock_guard guard{mutex_};
    kept.push_back(std::move(done));
  }

  void cancel(const uuid&) override {
    // nop
  }

  std::mutex mutex_;
  std::vector<completion> kept;
};

agent_binding binding_of(std::shared_ptr<agent> runner) {
  agent_binding made;
  made.info.id = agent_id;
  made.info.name = "agent";
  made.runner = std::move(runner);
  return made;
}

engine start(std::shared_ptr<agent> runner, engine_options options = {}) {
  return engine::start(options, make_memory_store(), {binding_of(std::move(runner))}).value();
}

new_job message(std::chrono::milliseconds limit = 30s) {
  new_job made;
  made.content = "hello";
  made.time_limit = limit;
  return made;
}

TEST(Engine, OptionsOutOfRangeAreRefused) {
  engine_options none;
  none.jobs_max = 0;
  const auto runner = std::make_shared<silent_agent>();

  EXPECT_EQ(engine::start(none, make_memory_store(), {}).error().code, errc::invalid_argument);
  EXPECT_EQ(engine::start({}, nullptr, {}).error().code, errc::invalid_argument);
  EXPECT_EQ(
    engine::start({}, make_memory_store(), {binding_of(runner), binding_of(runner)}).error().code,
    errc::invalid_argument);
  EXPECT_EQ(engine::start({}, make_memory_store(), {binding_of(nullptr)}).error().code,
            errc::invalid_argument);
}

TEST(Engine, RunsJobThroughFutures) {
  auto running = start(std::make_shared<threaded_agent>());

  const auto job = running.jobs().submit(message()).get().value();
  const auto done = running.jobs().wait({job->spec->id, {}, {}}, 30s).get().value();

  EXPECT_EQ(*done->outcome->content, "echo: hello");
  EXPECT_EQ(running.jobs().list({}).get().value().jobs.size(), 1u);
  EXPECT_TRUE(running.jobs().health().get().is_healthy);
  EXPECT_EQ(running.jobs().agents().size(), 1u);
}

TEST(Engine, TimesJobsOutInRealTime) {
  auto running = start(std::make_shared<silent_agent>());

  const auto job = running.jobs().submit(message(20ms)).get().value();
  const auto over = running.jobs().wait({job->spec->id, {}, {}}, 30s).get().value();

  EXPECT_EQ(over->state, job_state::timeout);
}

TEST(Engine, CancelAndCompletionAtOnceHaveOneWinnerEach) {
  auto running = start(std::make_shared<threaded_agent>());
  constexpr int rounds = 2'000;
  std::atomic<int> canceled = 0;
  std::atomic<int> conflicts = 0;
  std::atomic<int> completed = 0;
  std::latch all_over{2 * rounds};

  for (int i = 0; i < rounds; ++i) {
    running.jobs().submit(message(), 0ms, [&](result<job_ptr> created) {
      const auto id = created.value()->spec->id;
      running.jobs().cancel({id, {}, {}}, {}, [&](result<job_ptr> outcome) {
        ++(outcome ? canceled : conflicts);
        all_over.count_down();
      });
      running.jobs().wait({id, {}, {}}, 60s, [&](result<job_ptr> over) {
        if (over.value()->state == job_state::completed)
          ++completed;
        all_over.count_down();
      });
    });
  }
  all_over.wait();

  EXPECT_EQ(canceled + conflicts, rounds);
  EXPECT_EQ(completed, conflicts);
  EXPECT_EQ(running.jobs().health().get().live, 0u);
}

TEST(Engine, TakesCallsFromManyThreads) {
  engine_options options;
  options.jobs_max = 100'000;
  auto running = start(std::make_shared<threaded_agent>(), options);
  constexpr int threads = 4;
  constexpr int each = 500;
  std::atomic<int> completed = 0;
  std::latch all_over{threads * each};

  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < threads; ++t)
      callers.emplace_back([&] {
        for (int i = 0; i < each; ++i)
          running.jobs().submit(message(), 60s, [&](result<job_ptr> over) {
            if (over && (*over)->state == job_state::completed)
              ++completed;
            all_over.count_down();
          });
      });
  }
  all_over.wait();

  EXPECT_EQ(completed, threads * each);
  EXPECT_EQ(running.jobs().list({}).get().value().total, std::size_t{threads} * each);
}

TEST(Engine, TenThousandSilentJobsAllTimeOut) {
  auto running = start(std::make_shared<silent_agent>());
  constexpr int count = 10'000;
  std::atomic<int> timed_out = 0;
  std::latch all_over{count};
  for (int i = 0; i < count; ++i)
    running.jobs().submit(message(1s), 60s, [&](result<job_ptr> over) {
      if (over && (*over)->state == job_state::timeout)
        ++timed_out;
      all_over.count_down();
    });
  all_over.wait();

  EXPECT_EQ(timed_out, count);
  const auto health = running.jobs().health().get();
  EXPECT_EQ(health.live, 0u);
  EXPECT_EQ(health.messages[static_cast<std::size_t>(job_state::timeout)], std::size_t{count});
}

TEST(Engine, DrainUnderLoadAnswersEveryCall) {
  auto running = start(std::make_shared<threaded_agent>());
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;
  {
    std::atomic<bool> is_over = false;
    std::jthread caller{[&] {
      while (!is_over) {
        if (asked - answered > 500)
          continue; // enough to find the engine busy
        ++asked;
        running.jobs().submit(message(), 60s, [&](result<job_ptr>) { ++answered; });
      }
    }};
    while (answered < 200)
      std::this_thread::yield();
    running.drain(30s);
    is_over = true;
  }
  // Calls after the drain are refused one by one; this one is the last in line.
  EXPECT_EQ(running.jobs().submit(message()).get().error().code, errc::unavailable);
  EXPECT_EQ(answered, asked);
}

TEST(Engine, EndsWithJobsInFlightAndLateAnswersDoNoHarm) {
  const auto runner = std::make_shared<silent_agent>();
  std::promise<result<job_ptr>> told;
  {
    auto running = start(runner);
    running.jobs().submit(message(), 60s,
                          [&](result<job_ptr> over) { told.set_value(std::move(over)); });
    // Answered behind the submission: the task is with the agent or its message is on the way.
    running.jobs().health().get();
  }

  EXPECT_EQ(told.get_future().get().value()->outcome->error_code, "shutdown");
  for (const auto& done : runner->kept)
    done(agent_answer::complete("late"));
}

} // namespace

} // namespace callboard::actors::test
