#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/json_text.hpp>
#include <callboard/time.hpp>
#include <callboard/uuid.hpp>

namespace callboard {

class agent;

/// Which API a job belongs to. It decides capacity, retention and how the job is shown, not how it runs.
enum class job_kind : std::uint8_t {
  /// A one-off message to an agent (Messaging Jobs API).
  message,
  /// A job of a job type, run as one or more tasks (Agent Jobs API).
  agent,
  /// One firing of a scheduled job (Scheduled Jobs API).
  run,
};

/// The state of a job. `docs/job-states.md` shows the transitions.
enum class job_state : std::uint8_t {
  /// Not due yet.
  scheduled,
  /// Waits for a slot at its agent, or for a retry.
  pending,
  /// Its agent is working on it.
  processing,
  /// Terminal: the agent answered.
  completed,
  /// Terminal: the agent failed and no retry was left, or the server ended the job.
  failed,
  /// Terminal: the deadline passed first.
  timeout,
  /// Terminal: it was canceled.
  canceled,
};

/// Number of job states; they count from zero, so this sizes arrays indexed by state.
inline constexpr std::size_t job_state_count = 7;

/// Whether a state is final: a job in it never changes again.
constexpr bool is_terminal(job_state state) noexcept {
  return state >= job_state::completed;
}

/// Lower-case names as stored, logged and shown: "pending", "completed" …
std::string_view to_string(job_state state) noexcept;
/// "message", "agent", "run".
std::string_view to_string(job_kind kind) noexcept;
/// The state of that name (lower case); no value for anything else.
std::optional<job_state> parse_job_state(std::string_view name) noexcept;
/// The kind of that name (lower case); no value for anything else.
std::optional<job_kind> parse_job_kind(std::string_view name) noexcept;

/// Why there is a task. Agents see it as `kind`. All tasks of a run are of kind `run`.
enum class task_kind : std::uint8_t { message, start, retry, follow_up, run };

/// The state of a task; `waiting`: in its agent's queue.
enum class task_state : std::uint8_t { waiting, running, completed, failed, canceled };

std::string_view to_string(task_kind kind) noexcept;
std::string_view to_string(task_state state) noexcept;

/// A string that several snapshots of a job share; immutable; null: none.
using shared_text = std::shared_ptr<const std::string>;

/// One turn with the agent.
struct task_record {
  /// The same when the task is sent again after a restart, so agents can recognise it. Set at creation.
  uuid id = {};
  /// Set at creation.
  task_kind kind = task_kind::message;
  /// Changes as the agent takes, answers or loses it.
  task_state state = task_state::waiting;
  /// 1 for the job's first task, +1 for each further one. Set at creation.
  std::uint32_t attempt = 1;
  /// When the task was put into the agent's queue.
  system_time created_at = {};
  /// When it ended, in whatever state.
  std::optional<system_time> finished_at = {};
  /// The agent's text, once `completed`.
  shared_text result = {};
  /// The error, once `failed`.
  shared_text error = {};
};

/// How the wait grows from one retry to the next.
enum class backoff : std::uint8_t { fixed, exponential };

/// When a failed task is retried. The default is: never.
struct retry_policy {
  /// Retries over the whole job, 0–100.
  std::uint32_t retries_max = 0;
  /// Wait before the first retry; 0 to 400 years.
  std::chrono::milliseconds delay{1000};
  /// Maximum wait, before jitter; 0 to 400 years.
  std::chrono::milliseconds delay_max{60'000};
  /// Doubles with each retry, or stays at `delay`.
  backoff growth = backoff::exponential;
  /// Each wait is multiplied by a random factor within 1 ± jitter; 0–1.
  double jitter = 0.0;

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// What only jobs of kind `agent` carry.
struct agent_job_fields {
  /// Id of the job type within the organisation.
  std::string job_type_id = {};
  /// The request's `params`, an object.
  json_text params = {};
  /// The request's `target_channel`, returned exactly as received.
  json_text target_channel = {};
  /// Its `code`, which users filter and sort by.
  std::string channel_code = {};
  /// The effective settings, an object; only for display.
  json_text config = {};
  /// Sent to the agent with every task; empty: none.
  std::string profile_id = {};
  /// What users filter by.
  std::vector<std::string> tags = {};
};

/// Why a run of a scheduled job was started.
enum class run_trigger : std::uint8_t {
  /// It was due.
  schedule,
  /// A client requested it.
  manual,
  /// It catches up on a missed time.
  missed,
};

/// "schedule", "manual", "missed".
std::string_view to_string(run_trigger trigger) noexcept;

/// What only jobs of kind `run` carry. Their `due_at` is the time they were scheduled for, and may be
/// before `created_at`.
struct run_fields {
  /// The scheduled job that fired.
  uuid schedule_id = {};
  run_trigger trigger = run_trigger::schedule;
  /// The scheduled job's payload, an object.
  json_text payload = {};
  /// `schedule_definition::runner`.
  std::shared_ptr<agent> runner = {};
  /// The scheduled job's name when it fired; after a restart, its name then. Not stored.
  std::string schedule_name = {};
};

/// What only the messages of a session carry.
struct session_turn {
  /// The session that the message belongs to.
  uuid session_id = {};
  /// `session_message::id` of the message; the job's content is its text.
  uuid message_id = {};
  /// `session_message::created_at` of the message: its place in the conversation.
  system_time message_at = {};

  friend bool operator==(const session_turn&, const session_turn&) = default;
};

/// A request for a job. `service::submit` validates it, adds defaults and creates a `job_spec`.
struct new_job {
  job_kind kind = job_kind::message;
  /// The owner; other organisations cannot see the job.
  std::string organisation = "default";
  /// Who runs it; none: the first configured agent.
  std::optional<uuid> agent_id = {};
  /// The user, exactly as the client sent it; empty: none.
  std::string user_id = {};
  /// The prompt. UTF-8 without NUL.
  std::string content = {};
  /// Positions in `content` at which the job's id is inserted: byte offsets, ascending, at most 1000.
  std::vector<std::size_t> id_places = {};
  /// The client's own object, returned exactly as received; empty: none.
  json_text metadata = {};
  /// Time from when the job is due until it must have ended; 1 ms to 400 years.
  std::chrono::milliseconds time_limit{30'000};
  /// Time limit of a single task, from when the agent takes it; 1 ms to 400 years; none: only
  /// `time_limit` applies.
  std::optional<std::chrono::milliseconds> attempt_time_limit = {};
  /// When to start, before the year 10000; absent or past: now. (A run keeps a past time.)
  std::optional<system_time> due_at = {};
  retry_policy retry = {};
  /// How often the agent may ask for a follow-up, 0–100.
  std::uint32_t follow_ups_max = 0;
  /// Set for kind `agent`, else null.
  std::shared_ptr<const agent_job_fields> agent_job = {};
  /// Set for kind `run`, else null.
  std::shared_ptr<const run_fields> run = {};
  /// Set for messages of a session, else null; `session_service::send` sets it.
  std::shared_ptr<const session_turn> session = {};
};

/// What a job was created with, shared by all its snapshots. It never changes, except that a start after a
/// clock error corrects `due_at` and `expires_at`.
struct job_spec {
  /// UUID version 7, made by the engine.
  uuid id = {};
  job_kind kind = job_kind::message;
  std::string organisation = {};
  /// The agent that runs it; resolved at creation, never nil.
  uuid agent_id = {};
  std::string user_id = {};
  std::string content = {};
  json_text metadata = {};
  /// When the job was accepted.
  system_time created_at = {};
  /// When it may start: `created_at`, or the later time requested.
  system_time due_at = {};
  /// When it must have ended: `due_at + time_limit`.
  system_time expires_at = {};
  std::optional<std::chrono::milliseconds> attempt_time_limit = {};
  retry_policy retry = {};
  std::uint32_t follow_ups_max = 0;
  std::shared_ptr<const agent_job_fields> agent_job = {};
  std::shared_ptr<const run_fields> run = {};
  /// Set for messages of a session, else null. Such a job is `pending` until the session's earlier
  /// messages have their ends.
  std::shared_ptr<const session_turn> session = {};
};

/// How a job ended. Set once, with the terminal state.
struct job_outcome {
  /// Id of the agent's message, made by the engine; nil unless `completed`.
  uuid message_id = {};
  /// The agent's text; set when `completed`.
  shared_text content = {};
  /// The agent's metadata, an object, or empty.
  json_text metadata = {};
  /// Stable code of the failure: "agent_error", "agent_not_found", "timeout", "follow_up_limit",
  /// "shutdown", "internal"; empty unless `failed` or `timeout`.
  std::string error_code = {};
  /// Error text of `failed` and `timeout`; for `canceled` the reason given, may be empty.
  std::string error_text = {};
};

/// One version of a job: an immutable snapshot. Cheap to copy, safe to share.
struct job {
  /// What it was created with; never null in a job from the library.
  std::shared_ptr<const job_spec> spec = {};
  /// 1 at creation, +1 at each change, never repeated.
  std::uint64_t version = 0;
  job_state state = job_state::pending;
  /// When this version came to be.
  system_time updated_at = {};
  /// When an agent first took it.
  std::optional<system_time> started_at = {};
  /// When it reached its terminal state.
  std::optional<system_time> finished_at = {};
  /// While `pending` between two attempts: when the next one starts.
  std::optional<system_time> retry_at = {};
  /// Retries used up.
  std::uint32_t retries = 0;
  /// Follow-ups used up.
  std::uint32_t follow_ups = 0;
  /// All turns with the agent, oldest first; the last one is the current one.
  std::vector<task_record> tasks = {};
  /// Set exactly when the state is terminal.
  std::shared_ptr<const job_outcome> outcome = {};
};

/// The prompt of one turn with the agent: the job's content until a turn has brought an answer, then
/// the text that asks for more. Holds as long as the job.
/// @param task index in `tasks`
std::string_view prompt_of_task(const job& of, std::size_t task) noexcept;

/// How jobs travel: shared and immutable.
using job_ptr = std::shared_ptr<const job>;

} // namespace callboard
