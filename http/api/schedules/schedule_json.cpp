#include "http/api/schedules/schedule_json.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "text/json_writer.hpp"

#include <callboard/date_time.hpp>

namespace callboard::http {

namespace {

void append_ms(std::string& out, std::string_view before, std::chrono::milliseconds span) {
  out += before;
  append_number(out, span.count());
}

void append_time(std::string& out, std::string_view before,
                 const std::optional<system_time>& time) {
  out += before;
  if (time)
    append_string(out, to_rfc3339(*time));
  else
    out += "null";
}

void append_real(std::string& out, std::string_view before, double number) {
  out += before;
  // The shortest text that reads back as the same number.
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_policy(std::string& out, const std::optional<retry_policy>& policy) {
  if (!policy) {
    out += "null";
    return;
  }
  append_count(out, R"({"maxRetries":)", policy->retries_max);
  append_ms(out, R"(,"initialDelayMs":)", policy->delay);
  append_ms(out, R"(,"maxDelayMs":)", policy->delay_max);
  append_text(out, R"(,"backoff":)", policy->growth == backoff::fixed ? "fixed" : "exponential");
  append_real(out, R"(,"jitter":)", policy->jitter);
  out += '}';
}

void append_error(std::string& out, const job& run) {
  if (!run.outcome || (run.state != job_state::failed && run.state != job_state::timeout)) {
    out += "null";
    return;
  }
  append_text(out, R"({"code":)", run.outcome->error_code);
  append_text(out, R"(,"message":)", run.outcome->error_text);
  out += '}';
}

void append_run(std::string& out, const job& run) {
  const auto state = run.state == job_state::scheduled ? job_state::pending : run.state;
  out += R"({"runId":)";
  append_uuid(out, run.spec->id);
  append_text(out, R"(,"status":)", to_string(state));
  append_text(out, R"(,"trigger":)",
              to_string(run.spec->run ? run.spec->run->trigger : run_trigger::schedule));
  append_time(out, R"(,"scheduledAt":)", run.spec->due_at);
  append_time(out, R"(,"startedAt":)", run.started_at);
  append_time(out, R"(,"finishedAt":)", run.finished_at);
  if (run.started_at && run.finished_at)
    append_ms(out, R"(,"durationMs":)", *run.finished_at - *run.started_at);
  else
    out += R"(,"durationMs":null)";
  if (run.outcome && run.outcome->content)
    append_text(out, R"(,"result":)", *run.outcome->content);
  else
    out += R"(,"result":null)";
  out += R"(,"error":)";
  append_error(out, run);
  append_count(out, R"(,"attempts":)", run.tasks.size());
  out += '}';
}

void append_definition(std::string& out, const schedule_definition& what,
                       const std::optional<retry_policy>& default_retry) {
  append_text(out, R"(,"name":)", what.name);
  if (what.description)
    append_text(out, R"(,"description":)", *what.description);
  else
    out += R"(,"description":null)";
  if (what.runner) {
    out += R"(,"agentId":null,"callback":true)";
  } else {
    out += R"(,"agentId":)";
    append_uuid(out, what.agent_id);
  }
  if (what.interval) {
    append_ms(out, R"(,"schedule":null,"interval":)", *what.interval);
  } else {
    append_text(out, R"(,"schedule":)", what.schedule);
    out += R"(,"interval":null)";
  }
  out.append(R"(,"payload":)").append(what.payload.text());
  append_text(out, R"(,"timezone":)", what.timezone);
  out.append(R"(,"enabled":)").append(what.is_enabled ? "true" : "false");
  out += R"(,"retryPolicy":)";
  append_policy(out, what.retry ? what.retry : default_retry);
  append_ms(out, R"(,"timeoutMs":)", what.time_limit);
  append_text(out, R"(,"overlap":)", to_string(what.overlap));
  append_text(out, R"(,"missed":)", to_string(what.missed));
}

/// Only of jobs that something stands in the way of.
void append_causes(std::string& out, const std::vector<std::string>& causes) {
  if (causes.empty())
    return;
  std::string text;
  for (const auto& cause : causes)
    text.append(text.empty() ? "" : "; ").append(cause);
  append_text(out, R"(,"blockedBy":)", text);
}

void append_schedule(std::string& out, const scheduled_job& shown,
                     const std::optional<retry_policy>& default_retry) {
  out += R"({"id":)";
  append_uuid(out, shown.id);
  append_definition(out, *shown.definition, default_retry);
  append_text(out, R"(,"status":)", to_string(shown.status));
  append_time(out, R"(,"createdAt":)", shown.created_at);
  append_time(out, R"(,"updatedAt":)", shown.updated_at);
  append_time(out, R"(,"lastRunAt":)", shown.last_run_at);
  out += R"(,"lastRun":)";
  if (shown.last_run)
    append_run(out, *shown.last_run);
  else
    out += "null";
  append_time(out, R"(,"nextRunAt":)", shown.next_run_at);
  append_causes(out, shown.blocked_by);
  append_count(out, R"(,"runCount":)", shown.run_count);
  append_count(out, R"(,"failureCount":)", shown.failure_count);
  append_count(out, R"(,"missedCount":)", shown.missed_count);
  append_count(out, R"(,"skippedCount":)", shown.skipped_count);
  append_count(out, R"(,"version":)", shown.version);
  out += '}';
}

template <class Values, class Append>
std::string array_of(const Values& values, Append append) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1)
      out += ',';
    append(out, value);
  }
  return out += ']';
}

} // namespace

std::string schedule_details(const scheduled_job& shown,
                             const std::optional<retry_policy>& default_retry) {
  std::string out;
  append_schedule(out, shown, default_retry);
  return out;
}

std::function<bool(std::string& to)> schedule_list(std::vector<scheduled_job_ptr> jobs,
                                                   std::optional<retry_policy> default_retry) {
  return [jobs = std::move(jobs), default_retry, next = std::size_t{0}](std::string& to) mutable {
    if (next < jobs.size()) {
      to += next == 0 ? '[' : ',';
      append_schedule(to, *jobs[next], default_retry);
      // It may have been changed meanwhile, and this the last of what it was.
      jobs[next++].reset();
    } else {
      to += '[';
    }
    if (next < jobs.size())
      return true;
    to += ']';
    return false;
  };
}

std::string run_details(const job& run) {
  std::string out;
  append_run(out, run);
  return out;
}

std::string run_list(const std::vector<job_ptr>& runs) {
  return array_of(runs, [](std::string& out, const job_ptr& each) { append_run(out, *each); });
}

std::string time_list(const std::vector<system_time>& times) {
  return array_of(times,
                  [](std::string& out, system_time each) { append_string(out, to_rfc3339(each)); });
}

std::string schedule_deleted(const scheduled_job& gone) {
  std::string out = R"({"id":)";
  append_uuid(out, gone.id);
  append_text(out, R"(,"name":)", gone.definition->name);
  return out += R"(,"deleted":true})";
}

std::string run_started(const job& run) {
  std::string out = R"({"runId":)";
  append_uuid(out, run.spec->id);
  return out += '}';
}

} // namespace callboard::http
