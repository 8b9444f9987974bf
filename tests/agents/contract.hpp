#pragma once

#include <callboard/agent.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

namespace callboard::test {

/// One type of agent in the hands of the contract tests: makes agents that behave as told, and plays
/// whoever stands behind them.
class agent_harness {
public:
  virtual ~agent_harness() = default;

  /// An agent that answers `echo: ` + the task's content.
  virtual std::shared_ptr<agent> echoing() = 0;

  /// An agent that does not answer its tasks before `let_go`.
  virtual std::shared_ptr<agent> holding() = 0;

  /// Returns once so many tasks have reached the holding agent's other side. Fails the test if they
  /// do not come.
  virtual void await_held(std::size_t tasks) = 0;

  /// Returns once the other side has noticed that so many held tasks were given up.
  virtual void await_given_up(std::size_t tasks) = 0;
};

/// A harness whose agents can say all that an answer can say.
class full_harness : public agent_harness {
public:
  /// The held tasks are answered with "late", where they can be.
  virtual void let_go() = 0;

  /// An agent that answers "rich" with this metadata.
  virtual std::shared_ptr<agent> with_metadata(const std::string& metadata) = 0;

  /// An agent that fails its tasks with "boom".
  virtual std::shared_ptr<agent> failing(bool is_final) = 0;
};

/// A type of agent: its name in the tests and how to get its harness.
template <class Harness>
struct agent_type {
  std::string name;
  std::function<std::unique_ptr<Harness>()> make_harness;

  friend std::ostream& operator<<(std::ostream& out, const agent_type& type) {
    return out << type.name;
  }
};

std::unique_ptr<agent_harness> make_echo_harness();
std::unique_ptr<full_harness> make_function_harness();
std::unique_ptr<full_harness> make_async_function_harness();
std::unique_ptr<full_harness> make_exec_harness();
std::unique_ptr<full_harness> make_http_harness();
std::unique_ptr<agent_harness> make_openai_harness();

} // namespace callboard::test
