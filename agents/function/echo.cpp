#include <callboard/agents.hpp>

#include "agents/failure_answers.hpp"
#include "agents/open_tasks.hpp"
#include "agents/timer.hpp"

#include <utility>

namespace callboard {

namespace {

using namespace agents;

struct echo_task {
  completion done;
  agent_answer answer;
  timer::call_id call = 0;
};

class echo_agent final : public agent {
public:
  explicit echo_agent(echo_options options) : options_(std::move(options)) {
    if (options_.delay.count() > 0)
      timer_ = timer::shared();
  }

  ~echo_agent() override {
    for (const auto& entry : open_->take_all())
      give_up(*entry, stopped_answer());
  }

  void start(task_ptr task, completion done) override {
    auto answer = agent_answer::complete(options_.prefix + *task->content);
    if (!timer_) {
      done(std::move(answer));
      return;
    }
    auto entry = std::make_shared<echo_task>();
    entry->done = std::move(done);
    entry->answer = std::move(answer);
    if (const auto old = open_->put(task->id, entry))
      give_up(*old, replaced_answer());
    entry->call = timer_->after(options_.delay, [open = open_, entry, id = task->id] {
      if (open->take(id, entry.get()))
        entry->done(std::move(entry->answer));
    });
  }

  void cancel(const uuid& task_id) override {
    if (const auto entry = open_->take(task_id))
      give_up(*entry, canceled_answer());
  }

private:
  void give_up(const echo_task& entry, agent_answer answer) {
    timer_->cancel(entry.call);
    entry.done(std::move(answer));
  }

  echo_options options_;
  std::shared_ptr<timer> timer_;
  std::shared_ptr<open_tasks<echo_task>> open_ = std::make_shared<open_tasks<echo_task>>();
};

} // namespace

std::shared_ptr<agent> make_echo_agent(echo_options options) {
  return std::make_shared<echo_agent>(std::move(options));
}

} // namespace callboard
