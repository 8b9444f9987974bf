#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <latch>
#include <mutex>
#include <semaphore>
#include <thread>

#include <gtest/gtest.h>

#include <callboard/engine.hpp>

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

/// What a thread does, one after another.
class errand_thread {
public:
  errand_thread() = default;
  errand_thread(const errand_thread&) = delete;
  errand_thread& operator=(const errand_thread&) = delete;
  ~errand_thread() {
    add({});
    worker_.join();
  }

  /// @param errand empty: the end.
  void add(std::function<void()> errand) {
    const std::lock_guard guard{mutex_};
    errands_.push_back(std::move(errand));
    changed_.notify_one();
  }

private:
  void work() {
    for (;;) {
      std::function<void()> next;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return !errands_.empty(); });
        next = std::move(errands_.front());
        errands_.pop_front();
      }
      if (!next)
        return;
      next();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> errands_;
  std::thread worker_{[this] { work(); }};
};

/// Answers on one thread while another one is told that the job runs.
class racing_agent final : public agent {
public:
  explicit racing_agent(std::function<void(const uuid&)> on_start)
    : on_start_{std::move(on_start)} {
    // nop
  }

  void start(task_ptr task, completion done) override {
    const auto id = task->job->spec->id;
    const auto answer = [done] { done(agent_answer::complete("done")); };
    const auto tell = [this, id] { on_start_(id); };
    // Neither side is always the first to be told.
    if (count_++ % 2 == 0) {
      answers_.add(answer);
      tells_.add(tell);
    } else {
      tells_.add(tell);
      answers_.add(answer);
    }
  }

  void cancel(const uuid&) override {
    // Too late for an answer that is on its way: that is what is tried.
  }

private:
  std::function<void(const uuid&)> on_start_;
  std::atomic<int> count_ = 0;
  errand_thread answers_;
  errand_thread tells_;
};

TEST(AgentJobRace, OfCancelAndCompletionExactlyOneWinsTenThousandTimes) {
  constexpr int rounds = 10'000;
  constexpr int at_once = 200;
  service* jobs = nullptr;
  std::atomic<int> canceled = 0;
  std::atomic<int> conflicts = 0;
  std::atomic<int> others = 0;
  std::array<std::atomic<int>, job_state_count> ended{};
  std::latch all_over{2 * rounds};
  const auto runner = std::make_shared<racing_agent>([&](const uuid& id) {
    jobs->cancel({id, job_kind::agent, {}}, "race", [&](result<job_ptr> outcome) {
      ++(outcome ? canceled : outcome.error().code == errc::conflict ? conflicts : others);
      all_over.count_down();
    });
  });
  agent_binding binding;
  binding.info.id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  binding.info.name = "racer";
  binding.info.concurrency = at_once;
  binding.runner = runner;
  auto running = engine::start({}, make_memory_store(), {binding}).value();
  jobs = &running.jobs();
  new_job wanted;
  wanted.kind = job_kind::agent;
  wanted.agent_job = std::make_shared<const agent_job_fields>();
  wanted.time_limit = 1h;

  std::counting_semaphore<at_once> room{at_once};
  for (int i = 0; i < rounds; ++i) {
    room.acquire();
    jobs->submit(wanted, 300s, [&](result<job_ptr> over) {
      ++ended[static_cast<std::size_t>(over.value()->state)];
      room.release();
      all_over.count_down();
    });
  }
  all_over.wait();

  const auto ended_as
    = [&](job_state state) { return ended[static_cast<std::size_t>(state)].load(); };
  EXPECT_EQ(others, 0);
  EXPECT_EQ(canceled + conflicts, rounds);
  EXPECT_EQ(ended_as(job_state::canceled), canceled);
  EXPECT_EQ(ended_as(job_state::completed), conflicts);
  // Who wins how often is the machine's business; that each can, the interleaving tests show.
}

} // namespace

} // namespace callboard::actors::test
