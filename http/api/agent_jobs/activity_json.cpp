#include "http/api/agent_jobs/activity_json.hpp"

#include <algorithm>

#include "text/json_writer.hpp"

#include <callboard/date_time.hpp>

namespace callboard::http {

namespace {

/// Names, ids and times of an activity.
constexpr std::size_t around_activity = 640;

void append_time(std::string& out, std::string_view before, system_time time) {
  append_text(out, before, to_rfc3339(time));
}

activity_status status_of(const task_record& task) noexcept {
  switch (task.state) {
    case task_state::waiting:
    case task_state::running:
      return activity_status::submitted;
    case task_state::completed:
    case task_state::failed:
      return activity_status::completed;
    case task_state::canceled:
      return activity_status::canceled;
  }
  return activity_status::submitted;
}

/// What a job's activities are, by the type of its agent.
std::string_view type_code_of(const job& of, std::span<const agent_info> agents) noexcept {
  const auto is_model = std::any_of(agents.begin(), agents.end(), [&](const agent_info& each) {
    return each.id == of.spec->agent_id && each.type == "openai";
  });
  return is_model ? "ai_completion" : "agent_task";
}

void append_output(std::string& out, const task_record& task) {
  out += R"(,"output":)";
  if (task.result)
    append_text(out, R"({"content":)", *task.result);
  else if (task.error)
    append_text(out, R"({"error":)", *task.error);
  out += task.result || task.error ? "}" : "null";
}

void append_activity(std::string& out, const job& of, std::size_t index,
                     std::string_view type_code) {
  const auto& task = of.tasks[index];
  append_id(out, R"({"id":)", task.id);
  append_text(out, R"(,"org_id":)", of.spec->organisation);
  append_text(out, R"(,"activity_type_code":)", type_code);
  append_text(out, R"(,"status":)", to_string(status_of(task)));
  out += R"(,"allocated_credits":0,"consumed_credits":0,"credits_rule_id":0)";
  append_text(out, R"(,"payloads":{"input":{"content":)", prompt_of_task(of, index));
  append_count(out, R"(,"attempt":)", task.attempt);
  append_text(out, R"(,"kind":)", to_string(task.kind));
  out += '}';
  append_output(out, task);
  out += '}';
  if (task.finished_at)
    append_time(out, R"(,"processed_at":)", *task.finished_at);
  append_time(out, R"(,"created_at":)", task.created_at);
  // What goes on is the newest task, and what happens to it happens to the job.
  append_time(out, R"(,"updated_at":)", task.finished_at.value_or(of.updated_at));
  append_id(out, R"(,"source":{"type":"dispatch","reference_id":)", of.spec->id);
  append_id(out, R"(,"execution_id":)", task.id);
  append_id(out, R"(,"job_id":)", of.spec->id);
  out += "}}";
}

} // namespace

std::string_view to_string(activity_status status) noexcept {
  switch (status) {
    case activity_status::submitted:
      return "submitted";
    case activity_status::completed:
      return "completed";
    case activity_status::canceled:
      return "canceled";
  }
  return "";
}

activity_counts append_activities(std::string& out, const job& of, const activity_query& asked,
                                  std::span<const agent_info> agents) {
  const auto type_code = type_code_of(of, agents);
  const auto is_other
    = asked.is_of_other_source || (asked.type_code && *asked.type_code != type_code);
  activity_counts counts;
  out += '[';
  for (std::size_t i = 0; i < of.tasks.size() && !is_other; ++i) {
    const auto index = asked.is_newest_first ? of.tasks.size() - 1 - i : i;
    if (asked.status && *asked.status != status_of(of.tasks[index]))
      continue;
    if (counts.matching++ < asked.offset || counts.shown == asked.limit)
      continue;
    if (counts.shown++ > 0)
      out += ',';
    append_activity(out, of, index, type_code);
  }
  out += ']';
  return counts;
}

std::string activity_list(const job& of, const activity_query& asked,
                          std::span<const agent_info> agents) {
  std::string out = R"({"data":)";
  const auto counts = append_activities(out, of, asked, agents);
  append_count(out, R"(,"meta":{"count":)", counts.shown);
  append_count(out, R"(,"limit":)", asked.limit);
  append_count(out, R"(,"offset":)", asked.offset);
  append_count(out, R"(,"total":)", counts.matching);
  return out += "}}";
}

std::size_t activity_bytes(const job& of) noexcept {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < of.tasks.size(); ++i) {
    const auto& task = of.tasks[i];
    const auto& output = task.result ? task.result : task.error;
    sum += around_activity + prompt_of_task(of, i).size() + (output ? output->size() : 0);
  }
  return sum;
}

} // namespace callboard::http
