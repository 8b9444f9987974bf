#include "http/api/agent_jobs/agent_jobs_json.hpp"

#include <algorithm>
#include <array>

#include <callboard/date_time.hpp>
#include <callboard/json_view.hpp>

#include "http/api/list_bytes.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

constexpr auto field_names = std::to_array<std::string_view>(
  {"created_at", "updated_at", "scheduled_at", "job_status", "job_type_id", "channel_code"});
static_assert(field_names.size() == static_cast<std::size_t>(job_field::channel_code) + 1);

void append_time(std::string& out, std::string_view before,
                 const std::optional<system_time>& time) {
  out += before;
  if (time)
    out.append("\"").append(to_rfc3339(*time)).append("\"");
  else
    out += "null";
}

void append_text_or_null(std::string& out, std::string_view before, const shared_text& text) {
  out += before;
  if (text)
    append_string(out, *text);
  else
    out += "null";
}

void append_json(std::string& out, std::string_view before, const json_text& json) {
  out += before;
  out += json.is_empty() ? std::string_view{"{}"} : std::string_view{json.text()};
}

std::string_view task_status(task_state state) noexcept {
  switch (state) {
    case task_state::waiting:
    case task_state::running:
      return "RUNNING";
    case task_state::completed:
      return "COMPLETED";
    case task_state::failed:
      return "FAILED";
    case task_state::canceled:
      return "CANCELED";
  }
  return "";
}

void append_task(std::string& out, const task_record& task) {
  append_id(out, R"({"task_id":)", task.id);
  append_text(out, R"(,"kind":)", to_string(task.kind));
  append_count(out, R"(,"attempt":)", task.attempt);
  append_text(out, R"(,"status":)", task_status(task.state));
  append_time(out, R"(,"created_at":)", task.created_at);
  append_time(out, R"(,"finished_at":)", task.finished_at);
  append_text_or_null(out, R"(,"result":)", task.result);
  append_text_or_null(out, R"(,"error":)", task.error);
  out += '}';
}

/// A task that still waits for its agent has not begun: it is not shown yet.
void append_tasks(std::string& out, const job& shown) {
  out += R"(,"tasks":[)";
  std::optional<system_time> last;
  for (const auto& task : shown.tasks) {
    if (task.state == task_state::waiting)
      continue;
    if (last)
      out += ',';
    append_task(out, task);
    last = task.created_at;
  }
  append_time(out, R"(],"last_task_created_at":)", last);
}

void append_outcome(std::string& out, const job& shown) {
  const auto* outcome = shown.outcome.get();
  append_text_or_null(out, R"(,"result":)", outcome ? outcome->content : nullptr);
  out += R"(,"error":)";
  if (outcome && (shown.state == job_state::failed || shown.state == job_state::timeout)) {
    append_text(out, R"({"code":)", outcome->error_code);
    append_text(out, R"(,"message":)", outcome->error_text);
    out += '}';
  } else {
    out += "null";
  }
  out += R"(,"cancel_reason":)";
  if (outcome && shown.state == job_state::canceled && !outcome->error_text.empty())
    append_string(out, outcome->error_text);
  else
    out += "null";
}

/// The channel's `data` with what names the channel.
void append_channel_data(std::string& out, const json_text& text) {
  constexpr std::array<std::string_view, 3> names{"platform", "type", "code"};
  const json_view channel{text};
  std::array<bool, names.size()> is_there{};
  auto is_first = true;
  const auto append = [&](std::string_view name, std::string_view value) {
    out.append(is_first ? "" : ",").append(name).append(":").append(value);
    is_first = false;
  };
  out += '{';
  if (const auto data = channel.find("data"); data && data->is_object())
    for (json_cursor each{*data}; each.next();) {
      auto value = each.value();
      for (std::size_t i = 0; i < names.size(); ++i)
        if (each.is_named(names[i]))
          if (const auto own = channel.find(names[i])) {
            value = *own;
            is_there[i] = true;
          }
      append(each.spelled_name(), value.text());
    }
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const auto own = channel.find(names[i]); own && !is_there[i])
      append('"' + std::string{names[i]} + '"', own->text());
  out += '}';
}

std::string joined(const std::vector<std::string>& tags) {
  std::string all;
  for (const auto& tag : tags)
    all.append(all.empty() ? "" : ",").append(tag);
  return all;
}

void append_job(std::string& out, const job& shown) {
  static const agent_job_fields none;
  const auto& spec = *shown.spec;
  const auto& fields = spec.agent_job ? *spec.agent_job : none;
  append_id(out, R"({"job_id":)", spec.id);
  append_id(out, R"(,"id":)", spec.id);
  append_text(out, R"(,"org_id":)", spec.organisation);
  append_text(out, R"(,"channel_code":)", fields.channel_code);
  append_text(out, R"(,"job_type_id":)", fields.job_type_id);
  append_text(out, R"(,"job_status":)", agent_job_status(shown.state));
  append_time(out, R"(,"created_at":)", spec.created_at);
  append_time(out, R"(,"updated_at":)", shown.updated_at);
  append_time(out, R"(,"scheduled_at":)", spec.due_at);
  append_time(out, R"(,"started_at":)", shown.started_at);
  append_time(out, R"(,"finished_at":)", shown.finished_at);
  append_tasks(out, shown);
  append_outcome(out, shown);
  append_json(out, R"(,"params":)", fields.params);
  append_json(out, R"(,"config":)", fields.config);
  append_json(out, R"(,"job_config":)", fields.config);
  append_text(out, R"(,"tags":)", joined(fields.tags));
  append_json(out, R"(,"target_channel":)", fields.target_channel);
  out += R"(,"channel_data":)";
  append_channel_data(out, fields.target_channel);
  append_count(out, R"(,"version":)", shown.version);
  append_count(out, R"(,"activities_count":)", shown.tasks.size());
  out += '}';
}

/// A job with some of its activities.
activity_counts append_job(std::string& out, const job& shown, const activity_query& activities,
                           std::span<const agent_info> agents) {
  append_job(out, shown);
  out.back() = ',';
  out += R"("Activities":)";
  const auto counts = append_activities(out, shown, activities, agents);
  out += '}';
  return counts;
}

void append_meta(std::string& out, const job& shown) {
  append_text(out, R"(,"meta":{"org_id":)", shown.spec->organisation);
  append_id(out, R"(,"id":)", shown.spec->id);
}

/// The jobs of a list with as many of their activities as it may show.
activity_counts append_jobs(std::string& out, const job_page& page,
                            const included_activities& asked, std::span<const agent_info> agents) {
  activity_counts all;
  for (const auto& each : page.jobs) {
    if (each != page.jobs.front())
      out += ',';
    activity_query of_job;
    of_job.is_newest_first = asked.is_newest_first;
    of_job.limit = std::min(asked.per_job, asked.in_all - all.shown);
    const auto counts = append_job(out, *each, of_job, agents);
    all.shown += counts.shown;
    all.matching += counts.matching;
  }
  return all;
}

void append_activity_counts(std::string& out, const activity_counts& counts) {
  append_count(out, R"(,"activities_total_returned":)", counts.shown);
  append_count(out, R"(,"activities_total_available":)", counts.matching);
  out += R"(,"activities_truncated":)";
  out += counts.shown < counts.matching ? "true" : "false";
}

std::size_t count_of(const state_counts& counts, job_state state) noexcept {
  return counts[static_cast<std::size_t>(state)];
}

void append_stats(std::string& out, const state_counts& counts) {
  append_count(out, R"(,"stats":{"status":{"scheduled":)", count_of(counts, job_state::scheduled));
  append_count(out, R"(,"waiting":)", count_of(counts, job_state::pending));
  append_count(out, R"(,"running":)", count_of(counts, job_state::processing));
  append_count(out, R"(,"completed":)", count_of(counts, job_state::completed));
  append_count(out, R"(,"failed":)",
               count_of(counts, job_state::failed) + count_of(counts, job_state::timeout));
  append_count(out, R"(,"canceled":)", count_of(counts, job_state::canceled));
  out += "}}";
}

void append_sort(std::string& out, const job_query& asked) {
  const auto steps = asked.sort.empty() ? std::vector{job_sort{}} : asked.sort;
  out += R"(,"sort":[)";
  for (const auto& step : steps) {
    append_text(out, &step == &steps.front() ? R"({"field":)" : R"(,{"field":)",
                field_names[static_cast<std::size_t>(step.by)]);
    append_text(out, R"(,"direction":)", step.is_descending ? "desc" : "asc");
    out += '}';
  }
  out += ']';
}

} // namespace

std::string_view agent_job_status(job_state state) noexcept {
  switch (state) {
    case job_state::scheduled:
      return "SCHEDULED";
    case job_state::pending:
      return "WAITING";
    case job_state::processing:
      return "RUNNING";
    case job_state::completed:
      return "COMPLETED";
    case job_state::failed:
    case job_state::timeout:
      return "FAILED";
    case job_state::canceled:
      return "CANCELED";
  }
  return "";
}

std::optional<job_field> parse_agent_job_field(std::string_view name) noexcept {
  const auto* found = std::find(field_names.begin(), field_names.end(), name);
  if (found == field_names.end())
    return std::nullopt;
  return static_cast<job_field>(found - field_names.begin());
}

std::string agent_job_details(const job& shown) {
  std::string out = R"({"data":)";
  append_job(out, shown);
  append_meta(out, shown);
  return out += "}}";
}

std::string agent_job_details(const job& shown, const activity_query& activities,
                              std::span<const agent_info> agents) {
  std::string out = R"({"data":)";
  const auto counts = append_job(out, shown, activities, agents);
  append_meta(out, shown);
  append_count(out, R"(,"activities_meta":{"count":)", counts.shown);
  append_count(out, R"(,"limit":)", activities.limit);
  return out += "}}}";
}

std::string agent_job_list(const job_page& page, const agent_job_listing& asked,
                           std::span<const agent_info> agents) {
  const auto& query = asked.query;
  std::string out;
  out.reserve(agent_job_list_bytes(page, asked));
  out += R"({"data":[)";
  std::optional<activity_counts> activities;
  if (asked.activities)
    activities = append_jobs(out, page, *asked.activities, agents);
  else
    for (const auto& each : page.jobs) {
      if (each != page.jobs.front())
        out += ',';
      append_job(out, *each);
    }
  append_text(out, R"(],"meta":{"org_id":)", query.organisation);
  append_count(out, R"(,"limit":)", query.limit);
  append_count(out, R"(,"offset":)", query.offset);
  append_count(out, R"(,"count":)", page.jobs.size());
  append_count(out, R"(,"total":)", page.matching);
  append_sort(out, query);
  if (query.counts_states)
    append_stats(out, page.by_state);
  if (activities)
    append_activity_counts(out, *activities);
  return out += "}}";
}

std::size_t agent_job_list_bytes(const job_page& page, const agent_job_listing& asked) noexcept {
  auto sum = list_bytes(page.jobs);
  if (asked.activities)
    for (const auto& each : page.jobs)
      sum += activity_bytes(*each);
  return sum;
}

std::string agent_job_canceled(const job& shown) {
  std::string out = R"({"data":)";
  append_job(out, shown);
  append_text(out, R"(,"meta":{"org_id":)", shown.spec->organisation);
  append_id(out, R"(,"job_id":)", shown.spec->id);
  append_text(out, R"(},"message":)",
              "Job with ID '" + shown.spec->id.to_string() + "' successfully canceled");
  return out += '}';
}

} // namespace callboard::http
