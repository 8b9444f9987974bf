#include <callboard/agents.hpp>

#include "agents/call_outcome.hpp"
#include "agents/failure_answers.hpp"
#include "agents/open_tasks.hpp"
#include "agents/valid_text.hpp"

#include <exception>
#include <utility>

namespace callboard {

namespace {

using namespace agents;

class async_function_agent final : public agent {
public:
  async_function_agent(async_function begin, std::function<void(const uuid&)> cancel)
    : begin_(std::move(begin)), cancel_(std::move(cancel)) {
    // nop
  }

  ~async_function_agent() override {
    for (const auto& done : open_->take_all())
      (*done)(stopped_answer());
  }

  void start(task_ptr task, completion done) override {
    auto entry = std::make_shared<completion>(std::move(done));
    if (const auto old = open_->put(task->id, entry))
      (*old)(replaced_answer());
    completion tracked{[open = open_, entry, id = task->id](agent_answer answer) {
      if (open->take(id, entry.get()))
        (*entry)(valid_answer(std::move(answer)));
    }};
    try {
      begin_(std::move(task), tracked);
    } catch (...) {
      tracked(answer_of([]() -> agent_answer { throw; }));
    }
  }

  void cancel(const uuid& task_id) override {
    const auto entry = open_->take(task_id);
    if (!entry)
      return;
    if (cancel_) {
      try {
        cancel_(task_id);
      } catch (...) {
        // The task has ended whatever the hook says, and there is no caller to tell.
      }
    }
    (*entry)(canceled_answer());
  }

private:
  async_function begin_;
  std::function<void(const uuid&)> cancel_;
  std::shared_ptr<open_tasks<completion>> open_ = std::make_shared<open_tasks<completion>>();
};

} // namespace

std::shared_ptr<agent> make_async_function_agent(async_function begin,
                                                 std::function<void(const uuid&)> cancel) {
  return std::make_shared<async_function_agent>(std::move(begin), std::move(cancel));
}

} // namespace callboard
