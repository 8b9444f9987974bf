#pragma once

#include <callboard/job.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <tuple>

namespace callboard::sqlite {

// Each list of columns has a function below that gives their values in the same order.
inline constexpr auto identity_columns
  = std::to_array<std::string_view>({"id", "kind", "organisation", "created_at", "due_at",
                                     "expires_at", "job_type_id", "schedule_id", "channel_code"});
inline constexpr auto message_identity_columns
  = std::to_array<std::string_view>({"id", "organisation", "created_at", "due_at", "expires_at"});
inline constexpr auto progress_columns = std::to_array<std::string_view>(
  {"version", "updated_at", "started_at", "retry_at", "retries", "follow_ups", "task_count",
   "task_id", "task_kind", "task_state", "task_attempt", "task_created_at", "task_finished_at",
   "task_result", "task_result_is_job_result", "task_error"});
inline constexpr auto ending_columns = std::to_array<std::string_view>(
  {"state", "finished_at", "message_id", "error_code", "error_text", "result", "result_metadata"});
inline constexpr auto message_spec_columns = std::to_array<std::string_view>(
  {"agent_id", "user_id", "content", "metadata", "attempt_time_limit", "retries_max", "retry_delay",
   "retry_delay_max", "retry_growth", "retry_jitter", "follow_ups_max"});
/// What only messages of a session have.
inline constexpr auto session_columns
  = std::to_array<std::string_view>({"session_id", "said_id", "said_at"});
/// What other jobs have beside what messages have.
inline constexpr auto extra_spec_columns = std::to_array<std::string_view>(
  {"params", "target_channel", "config", "profile_id", "tag_count", "payload", "run_trigger"});

/// NULL for "none".
inline std::optional<std::string_view> text_or_none(const json_text& json) {
  if (json.is_empty())
    return std::nullopt;
  return json.text();
}

inline auto identity_values(const job_spec& spec) {
  using text = std::optional<std::string_view>;
  const auto* agent = spec.agent_job.get();
  return std::tuple{spec.id,
                    spec.kind,
                    std::string_view{spec.organisation},
                    spec.created_at,
                    spec.due_at,
                    spec.expires_at,
                    agent ? text{agent->job_type_id} : text{},
                    spec.run ? std::optional{spec.run->schedule_id} : std::nullopt,
                    agent ? text{agent->channel_code} : text{}};
}

inline auto message_identity_values(const job_spec& spec) {
  return std::tuple{spec.id, std::string_view{spec.organisation}, spec.created_at, spec.due_at,
                    spec.expires_at};
}

/// A member of a job's last task; nothing if the job has no task.
template <class T>
std::optional<T> of_last_task(const job& snapshot, T task_record::*member) {
  if (snapshot.tasks.empty())
    return std::nullopt;
  return snapshot.tasks.back().*member;
}

/// Whether the text of the last task is the job's result: then it is stored once.
inline bool is_result_shared(const job& snapshot) {
  if (snapshot.tasks.empty() || !snapshot.outcome)
    return false;
  const auto& task = snapshot.tasks.back().result;
  const auto& result = snapshot.outcome->content;
  return task && result && (task == result || *task == *result);
}

inline auto progress_values(const job& snapshot) {
  const auto is_shared = is_result_shared(snapshot);
  const auto finished_at = of_last_task(snapshot, &task_record::finished_at);
  return std::tuple{snapshot.version,
                    snapshot.updated_at,
                    snapshot.started_at,
                    snapshot.retry_at,
                    snapshot.retries,
                    snapshot.follow_ups,
                    snapshot.tasks.size(),
                    of_last_task(snapshot, &task_record::id),
                    of_last_task(snapshot, &task_record::kind),
                    of_last_task(snapshot, &task_record::state),
                    of_last_task(snapshot, &task_record::attempt),
                    of_last_task(snapshot, &task_record::created_at),
                    finished_at ? *finished_at : std::nullopt,
                    is_shared ? std::nullopt : of_last_task(snapshot, &task_record::result),
                    is_shared,
                    of_last_task(snapshot, &task_record::error)};
}

inline auto ending_values(const job& snapshot) {
  using text = std::optional<std::string_view>;
  const auto* outcome = snapshot.outcome.get();
  return std::tuple{snapshot.state,
                    snapshot.finished_at,
                    outcome && !outcome->message_id.is_nil() ? std::optional{outcome->message_id}
                                                             : std::nullopt,
                    outcome ? text{outcome->error_code} : text{},
                    outcome ? text{outcome->error_text} : text{},
                    outcome ? outcome->content : nullptr,
                    outcome ? text_or_none(outcome->metadata) : text{}};
}

inline auto message_spec_values(const job_spec& spec) {
  return std::tuple{spec.agent_id,
                    std::string_view{spec.user_id},
                    std::string_view{spec.content},
                    text_or_none(spec.metadata),
                    spec.attempt_time_limit,
                    spec.retry.retries_max,
                    spec.retry.delay,
                    spec.retry.delay_max,
                    spec.retry.growth,
                    spec.retry.jitter,
                    spec.follow_ups_max};
}

inline auto session_values(const job_spec& spec) {
  const auto* turn = spec.session.get();
  return std::tuple{turn ? std::optional{turn->session_id} : std::nullopt,
                    turn ? std::optional{turn->message_id} : std::nullopt,
                    turn ? std::optional{turn->message_at} : std::nullopt};
}

inline auto extra_spec_values(const job_spec& spec) {
  static const agent_job_fields none;
  const auto& agent = spec.agent_job ? *spec.agent_job : none;
  using text = std::optional<std::string_view>;
  return std::tuple{text_or_none(agent.params),
                    text_or_none(agent.target_channel),
                    text_or_none(agent.config),
                    std::string_view{agent.profile_id},
                    agent.tags.size(),
                    spec.run ? text_or_none(spec.run->payload) : text{},
                    spec.run ? std::optional{spec.run->trigger} : std::nullopt};
}

} // namespace callboard::sqlite
