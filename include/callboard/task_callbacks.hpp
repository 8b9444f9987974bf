#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <callboard/agent.hpp>

namespace callboard {

/// Tasks whose agent said "later" (HTTP 202) and will answer by calling back. The HTTP server
/// delivers to it, `http` agents wait in it. All members may be called from any thread.
class task_callbacks {
public:
  virtual ~task_callbacks() = default;

  /// Opens a task for a callback and returns the token that the agent must present. A task that is
  /// open already (re-delivery) gets the new completion and keeps its token.
  virtual std::string expect(const uuid& task_id, completion done) = 0;

  /// Closes a task: an answer that comes after this is a `conflict`. Unknown ids are ignored.
  virtual void close(const uuid& task_id) = 0;

  /// Whether an answer with that token would be taken now, whatever it says: the errors of `deliver` that
  /// are not about the body. Asked before a body is read; the default reads all of them.
  virtual result<void> admits(const uuid& task_id, std::string_view token) {
    static_cast<void>(task_id);
    static_cast<void>(token);
    return {};
  }

  /// Answers a task, once, with the body of the agent's request: an answer as JSON
  /// (docs/agents.md). Errors, checked in this order: `not_found` (no such task was handed out, or
  /// it was over long ago), `forbidden` (the token is not this task's), `conflict` (the task is
  /// over: answered, canceled or timed out), `invalid_argument` (the body; the task stays open).
  virtual result<void> deliver(const uuid& task_id, std::string_view token, std::string_view body)
    = 0;
};

/// The one implementation: a table in memory. Remembers the last 10,000 closed tasks so that late
/// answers hear `conflict`.
std::shared_ptr<task_callbacks> make_task_callbacks();

} // namespace callboard
