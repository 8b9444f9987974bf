#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/job.hpp>

namespace callboard {

/// An agent's settings for retries, in addition to those of jobs.
struct agent_retry {
  /// For messages without a policy of their own: retries of tasks that the agent refused
  /// (`agent_answer::is_refusal`), within the job's deadline. Without retries such a message fails at once.
  retry_policy refusals = {.retries_max = 2,
                           .delay = std::chrono::milliseconds{500},
                           .delay_max = std::chrono::milliseconds{8000}};
  /// Upper bound for `agent_answer::retry_after`; from 0 (which ignores it) to a day. A minute is longer
  /// than the windows of most rate limits.
  std::chrono::seconds retry_after_max{60};

  friend bool operator==(const agent_retry&, const agent_retry&) = default;
};

/// A configured agent, as callers see it.
struct agent_info {
  /// Unique among the engine's agents.
  uuid id = {};
  /// For people; unique too.
  std::string name = {};
  /// Tasks at once, ≥ 1. 64 keeps a model server busy without overloading it.
  std::uint32_t concurrency = 64;
  /// Jobs that may wait for a slot; none: only the engine's limits apply.
  std::optional<std::uint32_t> queue_limit = {};
  /// The type in the configuration: "echo", "http", "openai", "exec"; empty for an agent that the
  /// program itself made. Shown to callers; the engine ignores it.
  std::string type = {};
  agent_retry retry = {};
};

/// One entry of the conversation so far.
struct history_entry {
  /// "user" or "assistant".
  std::string role = {};
  /// Never null; shared, not copied, where the text is held anyway.
  shared_text content = {};
};

/// One turn that an agent is asked for. Immutable and shared; may be kept as long as needed.
struct agent_task {
  /// Stable over re-delivery after a restart.
  uuid id = {};
  /// The job when the task was sent: user, metadata, params, payload …
  job_ptr job = {};
  task_kind kind = task_kind::message;
  /// From 1, over the whole job.
  std::uint32_t attempt = 1;
  /// The prompt of this turn; never null.
  shared_text content = {};
  /// The conversation so far, oldest first; empty on the first turn. Of a session's message: its earlier
  /// messages, each with its answer behind it.
  std::vector<history_entry> history = {};
  /// Who runs it.
  uuid agent_id = {};
  std::string agent_name = {};
  /// When the task must have ended, shown to the agent. The engine aborts it then.
  system_time deadline = {};
};

using task_ptr = std::shared_ptr<const agent_task>;

/// How a turn ended.
enum class answer_status : std::uint8_t {
  /// The job is done, `content` is its result.
  completed,
  /// The agent asks for a follow-up turn. Only jobs with `follow_ups_max` > 0 can.
  wants_more,
  /// It did not work; `error` says why.
  failed,
};

/// An agent's answer to a task.
struct agent_answer {
  answer_status status = answer_status::completed;
  /// The text; UTF-8 (other bytes are replaced by U+FFFD before they are stored).
  std::string content = {};
  /// An object, or empty.
  json_text metadata = {};
  /// With `failed`: the reason, shown to users.
  std::string error = {};
  /// With `failed`: do not retry.
  bool is_final = false;
  /// With `failed`: the agent has certainly not started the work (connection refused, too busy), so
  /// another attempt cannot do it twice. See `agent_retry::refusals`.
  bool is_refusal = false;
  /// With `failed`: wait at least this long before the next attempt, up to `agent_retry::retry_after_max`
  /// and never past the job's deadline.
  std::optional<std::chrono::milliseconds> retry_after = {};

  /// A `completed` answer.
  static agent_answer complete(std::string content, json_text metadata = {});
  /// A `failed` answer that may be retried.
  static agent_answer failure(std::string error);
  /// A `failed` answer that must not be retried.
  static agent_answer final_failure(std::string error);
  /// A `failed` answer of an agent that has not started the work.
  static agent_answer refusal(std::string error);
};

/// Receives an agent's answer, from any thread. Only the first call counts; further calls are
/// ignored. Copies share one answer. If the last copy is destroyed without a call, the task fails with
/// "agent dropped the task".
class completion {
public:
  using sink = std::function<void(agent_answer)>;

  completion() = default;
  explicit completion(sink deliver);

  /// Delivers the answer. Never blocks, never throws.
  void operator()(agent_answer answer) const;

private:
  struct state;
  std::shared_ptr<state> state_;
};

/// Runs tasks: the port that webhooks, models, programs and C++ functions implement.
/// The engine calls `start` and `cancel` of one agent from one thread at a time; neither may block.
class agent {
public:
  virtual ~agent() = default;

  /// Starts a task and returns at once; `done` may be called now or later, from any thread.
  /// An exception fails the task.
  virtual void start(task_ptr task, completion done) = 0;

  /// Aborts a running task: its job was canceled or its deadline passed. Its slot is already free,
  /// and a late answer is dropped. Unknown ids are ignored.
  virtual void cancel(const uuid& task_id) = 0;
};

/// An agent and how the engine uses it.
struct agent_binding {
  agent_info info = {};
  std::shared_ptr<agent> runner = {};
};

} // namespace callboard
