#pragma once

#include <callboard/agents.hpp>

#include "agents/http/outbound_http.hpp"
#include "agents/open_tasks.hpp"
#include "agents/timer.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::agents {

/// What an `http` agent needs to make its calls, checked.
struct http_call_settings {
  std::string url;
  /// Whole lines, "Name: value".
  std::vector<std::string> headers;
  std::optional<std::chrono::milliseconds> timeout;
  /// The bytes that sign requests; empty: unsigned.
  std::string signing_key;
  /// Masked in what the agent says of its failures.
  std::vector<std::string> secrets;
  /// What comes before a task's id in `callback.url`; empty: no callbacks.
  std::string callback_prefix;
};

/// A task at the agent: while its request is under way, then while its callback is awaited.
struct http_call {
  uuid task_id;
  completion done;
  steady_time started_at;
  /// Set once the request is handed over.
  std::atomic<outbound_http::request_id> request{0};
  /// Whether the request has ended, so that there is nothing to abort.
  std::atomic<bool> has_response{false};
  /// Ends the wait for the callback; 0: no such limit.
  std::atomic<timer::call_id> time_limit{0};
};

/// The calls of one `http` agent. `start`, `cancel` and `stop` are the agent's; responses and
/// callbacks come from other threads, and are held weakly: they may come when the agent is gone.
class http_calls final : public std::enable_shared_from_this<http_calls> {
public:
  /// @param callbacks null: the agent cannot answer later.
  http_calls(http_call_settings settings, std::weak_ptr<outbound_http> outbound,
             std::shared_ptr<task_callbacks> callbacks);

  /// As `agent::start`.
  void start(const agent_task& task, completion done);

  /// As `agent::cancel`.
  void cancel(const uuid& task_id);

  /// Fails what is under way.
  void stop();

private:
  using call_ptr = std::shared_ptr<http_call>;

  void send(const agent_task& task, const call_ptr& call);
  std::string body_for(const agent_task& task, const call_ptr& call);
  std::vector<std::string> headers_for(const agent_task& task, std::string_view body) const;
  void on_response(const call_ptr& call, const http_response& response);
  void on_callback(const call_ptr& call, agent_answer answer);
  void await_callback(const call_ptr& call);

  /// Ends a task unless it has ended.
  void finish(const call_ptr& call, agent_answer answer);
  /// Ends a task that is out of `open_`.
  void give_up(const http_call& call, agent_answer answer);
  void release(const http_call& call);
  void abort_request(const http_call& call);

  const http_call_settings settings_;
  /// The agent keeps it alive. Held weakly: responses come on its thread and hold this object for a
  /// moment; if that were the last owner, the client would end on its own thread and nobody could
  /// wait for it.
  const std::weak_ptr<outbound_http> outbound_;
  const std::shared_ptr<task_callbacks> callbacks_;
  const std::shared_ptr<timer> timer_;
  open_tasks<http_call> open_;
};

} // namespace callboard::agents
