#include <callboard/agent.hpp>

#include <atomic>
#include <utility>

namespace callboard {

agent_answer agent_answer::complete(std::string content, json_text metadata) {
  agent_answer made;
  made.content = std::move(content);
  made.metadata = std::move(metadata);
  return made;
}

agent_answer agent_answer::failure(std::string error) {
  agent_answer made;
  made.status = answer_status::failed;
  made.error = std::move(error);
  return made;
}

agent_answer agent_answer::final_failure(std::string error) {
  auto made = failure(std::move(error));
  made.is_final = true;
  return made;
}

agent_answer agent_answer::refusal(std::string error) {
  auto made = failure(std::move(error));
  made.is_refusal = true;
  return made;
}

struct completion::state {
  explicit state(sink s) : deliver(std::move(s)) {
    // nop
  }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  ~state() {
    if (!is_over.exchange(true))
      deliver(agent_answer::failure("agent dropped the task"));
  }

  sink deliver;
  std::atomic<bool> is_over{false};
};

completion::completion(sink deliver) : state_(std::make_shared<state>(std::move(deliver))) {
  // nop
}

void completion::operator()(agent_answer answer) const {
  if (state_ && !state_->is_over.exchange(true))
    state_->deliver(std::move(answer));
}

} // namespace callboard
