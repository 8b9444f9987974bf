#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <callboard/agent.hpp>

namespace callboard {

/// Tasks whose agent will answer later by a callback (HTTP 202). The HTTP server
/// delivers the answers, `http` agents wait for them. All members may be called from any thread.
class task_callbacks {
public:
  virtual ~task_callbacks() = default;

  /// Opens a task for a callback and returns the token that the agent must present. A task that is
  /// open already (re-delivery) gets the new completion and keeps its token.
  virtual std::string expect(const uuid& task_id, completion done) = 0;

  /// Closes a task: a later answer is a `conflict`. Unknown ids are ignored.
  virtual void close(const uuid& task_id) = 0;

  /// Whether an answer with that token would be accepted now, whatever its body: the errors of `deliver` that
  /// are not about the body. Called before a body is read; the default accepts all.
  virtual result<void> admits(const uuid& task_id, std::string_view token) {
    static_cast<void>(task_id);
    static_cast<void>(token);
    return {};
  }

  /// Answers a task, once, with the body of the agent's request: an answer as JSON
  /// (docs/agents.md). Errors, checked in this order: `not_found` (there is no such task, or it
  /// ended long ago), `forbidden` (wrong token), `conflict` (the task has
  /// ended: answered, canceled or timed out), `invalid_argument` (the body; the task stays open).
  virtual result<void> deliver(const uuid& task_id, std::string_view token, std::string_view body)
    = 0;
};

/// The one implementation: a table in memory. Remembers the last 10,000 closed tasks, so that late
/// answers get `conflict`.
std::shared_ptr<task_callbacks> make_task_callbacks();

} // namespace callboard
