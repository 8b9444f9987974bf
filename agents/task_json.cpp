#include "agents/task_json.hpp"

#include <callboard/date_time.hpp>

#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace callboard::agents {

namespace {

/// Writes one object, member by member in the order of the calls. The jobs' own JSON is put in as the
/// text that it is.
class object_writer {
public:
  object_writer& raw(std::string_view name, std::string_view value) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_.append(name).append("\":").append(value);
    return *this;
  }

  object_writer& text(std::string_view name, std::string_view value) {
    return raw(name, dump_json(nlohmann::json(value)));
  }

  /// Leaves the member out if there is nothing.
  object_writer& text_if_any(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
  }

  /// Leaves the member out if there is nothing.
  object_writer& raw_if_any(std::string_view name, std::string_view value) {
    return value.empty() ? *this : raw(name, value);
  }

  std::string finish() {
    text_ += '}';
    return std::move(text_);
  }

private:
  std::string text_ = "{";
};

std::string list_json(const std::vector<std::string>& texts) {
  return texts.empty() ? std::string{} : dump_json(nlohmann::json(texts));
}

std::string history_json(const std::vector<history_entry>& history) {
  if (history.empty())
    return {};
  std::string made = "[";
  for (const auto& turn : history) {
    if (made.size() > 1)
      made += ',';
    made += object_writer{}.text("role", turn.role).text("content", *turn.content).finish();
  }
  return made + ']';
}

} // namespace

const uuid& shown_job_id(const agent_task& task) {
  const auto& spec = *task.job->spec;
  return spec.run ? spec.run->schedule_id : spec.id;
}

std::string task_json(const agent_task& task, const callback_address* callback) {
  const auto& spec = *task.job->spec;
  object_writer made;
  made.text("taskId", task.id.to_string())
    .text("jobId", shown_job_id(task).to_string())
    .raw("attempt", std::to_string(task.attempt))
    .text("kind", to_string(task.kind));
  if (spec.run)
    made.text("runId", spec.id.to_string()).text_if_any("scheduleName", spec.run->schedule_name);
  if (spec.agent_job)
    made.text_if_any("jobType", spec.agent_job->job_type_id)
      .raw_if_any("tags", list_json(spec.agent_job->tags));
  made
    .raw(
      "agent",
      object_writer{}.text("id", task.agent_id.to_string()).text("name", task.agent_name).finish())
    .text("org", spec.organisation)
    .text_if_any("userId", spec.user_id)
    .text("content", *task.content);
  if (spec.agent_job)
    made.raw_if_any("params", spec.agent_job->params.text());
  if (spec.run)
    made.raw_if_any("payload", spec.run->payload.text());
  made.raw_if_any("metadata", spec.metadata.text());
  if (spec.agent_job)
    made.raw_if_any("targetChannel", spec.agent_job->target_channel.text())
      .text_if_any("profileId", spec.agent_job->profile_id);
  made.raw_if_any("history", history_json(task.history))
    .text("deadline", to_rfc3339(task.deadline));
  if (callback)
    made.raw("callback",
             object_writer{}.text("url", callback->url).text("token", callback->token).finish());
  return made.finish();
}

} // namespace callboard::agents
