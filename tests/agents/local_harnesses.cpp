// Harnesses of the agents that run within the process: echo and C++ callables.

#include <callboard/agents.hpp>

#include "tests/agents/contract.hpp"
#include "tests/support/counter.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace callboard::test {

namespace {

class echo_harness final : public agent_harness {
public:
  std::shared_ptr<agent> echoing() override {
    return make_echo_agent({.delay = std::chrono::milliseconds{1}});
  }

  std::shared_ptr<agent> holding() override {
    return make_echo_agent({.delay = std::chrono::hours{24}});
  }

  void await_held(std::size_t) override {
    // Nobody stands behind an echo.
  }

  void await_given_up(std::size_t) override {
    // Nobody stands behind an echo.
  }
};

agent_answer boom(bool is_final) {
  return is_final ? agent_answer::final_failure("boom") : agent_answer::failure("boom");
}

agent_answer rich(const std::string& metadata) {
  return agent_answer::complete("rich", json_text::from_valid(metadata));
}

class function_harness final : public full_harness {
public:
  ~function_harness() override {
    is_let_go_ = true;
  }

  std::shared_ptr<agent> echoing() override {
    return make_function_agent([](const agent_task& task, const auto&) -> result<agent_answer> {
      return agent_answer::complete("echo: " + *task.content);
    });
  }

  std::shared_ptr<agent> holding() override {
    return make_function_agent(
      [this](const agent_task&, const auto& stop_requested) -> result<agent_answer> {
        held_.add();
        while (!stop_requested()) {
          if (is_let_go_)
            return agent_answer::complete("late");
          std::this_thread::yield();
        }
        given_up_.add();
        return agent_answer::complete("too late");
      });
  }

  void await_held(std::size_t tasks) override {
    held_.await(tasks);
  }

  void await_given_up(std::size_t tasks) override {
    given_up_.await(tasks);
  }

  void let_go() override {
    is_let_go_ = true;
  }

  std::shared_ptr<agent> with_metadata(const std::string& metadata) override {
    return make_function_agent([metadata](const auto&, const auto&) { return rich(metadata); });
  }

  std::shared_ptr<agent> failing(bool is_final) override {
    return make_function_agent([is_final](const auto&, const auto&) { return boom(is_final); });
  }

private:
  counter held_;
  counter given_up_;
  std::atomic<bool> is_let_go_{false};
};

class async_function_harness final : public full_harness {
public:
  std::shared_ptr<agent> echoing() override {
    return make_async_function_agent([](const task_ptr& task, const completion& done) {
      done(agent_answer::complete("echo: " + *task->content));
    });
  }

  std::shared_ptr<agent> holding() override {
    return make_async_function_agent(
      [this](const task_ptr&, completion done) {
        std::lock_guard guard{mutex_};
        tasks_.push_back(std::move(done));
      },
      [](const uuid&) {});
  }

  void await_held(std::size_t tasks) override {
    // The callable runs within `start`.
    EXPECT_GE(tasks_.size(), tasks);
  }

  void await_given_up(std::size_t) override {
    // The hook runs within `cancel`; its test stands with the type's own.
  }

  void let_go() override {
    for (const auto& done : tasks_)
      done(agent_answer::complete("late"));
  }

  std::shared_ptr<agent> with_metadata(const std::string& metadata) override {
    return make_async_function_agent(
      [metadata](const task_ptr&, const completion& done) { done(rich(metadata)); });
  }

  std::shared_ptr<agent> failing(bool is_final) override {
    return make_async_function_agent(
      [is_final](const task_ptr&, const completion& done) { done(boom(is_final)); });
  }

private:
  std::mutex mutex_;
  std::vector<completion> tasks_;
};

} // namespace

std::unique_ptr<agent_harness> make_echo_harness() {
  return std::make_unique<echo_harness>();
}

std::unique_ptr<full_harness> make_function_harness() {
  return std::make_unique<function_harness>();
}

std::unique_ptr<full_harness> make_async_function_harness() {
  return std::make_unique<async_function_harness>();
}

} // namespace callboard::test
