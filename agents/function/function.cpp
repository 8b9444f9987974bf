#include <callboard/agents.hpp>

#include "agents/call_outcome.hpp"
#include "agents/failure_answers.hpp"
#include "agents/open_tasks.hpp"
#include "agents/service_thread.hpp"
#include "agents/valid_text.hpp"
#include "sync/mutex.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>
#include <vector>

namespace callboard {

namespace {

using namespace agents;

struct function_task {
  task_ptr task;
  completion done;
  std::atomic<bool> is_stopped{false};
};

using function_task_ptr = std::shared_ptr<function_task>;

/// What the threads of one agent share; they outlive the agent if it is destroyed on one of them.
struct pool_state {
  explicit pool_state(blocking_function function) : run(std::move(function)) {
    // nop
  }

  /// The next task to run; null when the agent stops.
  function_task_ptr next() {
    sync::unique_lock lock{mutex};
    changed.wait(lock, [this]() REQUIRES(mutex) { return is_stopping || !queue.empty(); });
    if (is_stopping)
      return nullptr;
    auto entry = std::move(queue.front());
    queue.pop_front();
    return entry;
  }

  void work() {
    while (const auto entry = next()) {
      auto answer = answer_of([&] {
        auto outcome = run(*entry->task, [&entry] { return entry->is_stopped.load(); });
        return outcome ? std::move(*outcome) : agent_answer::failure(outcome.error().message);
      });
      if (open.take(entry->task->id, entry.get()))
        entry->done(valid_answer(std::move(answer)));
    }
  }

  /// Ends a task that is out of `open`, whether it runs or waits.
  void give_up(const function_task_ptr& entry, agent_answer answer) {
    entry->is_stopped = true;
    {
      const sync::lock_guard guard{mutex};
      std::erase(queue, entry);
    }
    entry->done(std::move(answer));
  }

  const blocking_function run;
  open_tasks<function_task> open;
  sync::mutex mutex;
  sync::condition_variable changed;
  std::deque<function_task_ptr> queue GUARDED_BY(mutex);
  bool is_stopping GUARDED_BY(mutex) = false;
};

class function_agent final : public agent {
public:
  function_agent(blocking_function run, std::size_t threads)
    : state_(std::make_shared<pool_state>(std::move(run))) {
    for (std::size_t count = 0; count < std::max<std::size_t>(threads, 1); ++count)
      threads_.emplace_back([held = state_] { held->work(); });
  }

  ~function_agent() override {
    {
      const sync::lock_guard guard{state_->mutex};
      state_->is_stopping = true;
    }
    state_->changed.notify_all();
    for (const auto& entry : state_->open.take_all())
      state_->give_up(entry, stopped_answer());
  }

  void start(task_ptr task, completion done) override {
    auto entry = std::make_shared<function_task>();
    entry->task = std::move(task);
    entry->done = std::move(done);
    if (const auto old = state_->open.put(entry->task->id, entry))
      state_->give_up(old, replaced_answer());
    {
      const sync::lock_guard guard{state_->mutex};
      state_->queue.push_back(std::move(entry));
    }
    state_->changed.notify_one();
  }

  void cancel(const uuid& task_id) override {
    if (const auto entry = state_->open.take(task_id))
      state_->give_up(entry, canceled_answer());
  }

private:
  std::shared_ptr<pool_state> state_;
  std::vector<service_thread> threads_;
};

} // namespace

std::shared_ptr<agent> make_function_agent(blocking_function run, std::size_t threads) {
  return std::make_shared<function_agent>(std::move(run), threads);
}

} // namespace callboard
