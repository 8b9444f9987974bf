#include "tests/agents/tasks.hpp"

#include "tests/support/patience.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

namespace callboard::test {

uuid fresh_id() {
  static std::atomic<std::uint64_t> last{0};
  const auto number = ++last;
  uuid made;
  std::memcpy(made.bytes.data() + 8, &number, sizeof(number));
  return made;
}

std::shared_ptr<agent_task> make_open_task(std::string content) {
  auto spec = std::make_shared<job_spec>();
  spec->id = fresh_id();
  spec->organisation = "default";
  spec->agent_id = fresh_id();
  spec->user_id = "b1f4c9c2-0f5a-4f6e-9d1c-0a8f3a1c2d3e";
  spec->content = content;
  auto owner = std::make_shared<job>();
  owner->spec = spec;
  auto made = std::make_shared<agent_task>();
  made->id = fresh_id();
  made->job = owner;
  made->content = std::make_shared<const std::string>(std::move(content));
  made->agent_id = spec->agent_id;
  made->agent_name = "tester";
  made->deadline = system_time{std::chrono::milliseconds{1'780'000'000'123}};
  return made;
}

task_ptr make_task(std::string content) {
  return make_open_task(std::move(content));
}

completion answer_slot::taker() const {
  return completion{[held = state_](agent_answer answer) {
    std::lock_guard guard{held->mutex};
    held->answers.push_back(std::move(answer));
    held->changed.notify_all();
  }};
}

agent_answer answer_slot::wait() const {
  std::unique_lock lock{state_->mutex};
  if (!state_->changed.wait_for(lock, patience, [this] { return !state_->answers.empty(); })) {
    ADD_FAILURE() << "the task was not answered";
    return agent_answer::failure("the test waited in vain");
  }
  return state_->answers.front();
}

std::size_t answer_slot::count() const {
  std::lock_guard guard{state_->mutex};
  return state_->answers.size();
}

} // namespace callboard::test
