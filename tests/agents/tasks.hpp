#pragma once

#include <callboard/agent.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace callboard::test {

/// A UUID that no other call returns.
uuid fresh_id();

/// A task of a messaging job with a fresh id.
task_ptr make_task(std::string content);

/// The same, to be changed before it is handed over.
std::shared_ptr<agent_task> make_open_task(std::string content);

/// Takes a task's answer and lets the test wait for it.
class answer_slot {
public:
  /// Where the answer goes. May be asked for more than once.
  completion taker() const;

  /// The answer; fails the test and returns a made-up one if none comes.
  agent_answer wait() const;

  /// Answers so far.
  std::size_t count() const;

private:
  struct state {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<agent_answer> answers;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace callboard::test
