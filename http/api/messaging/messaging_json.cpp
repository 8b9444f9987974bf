#include "http/api/messaging/messaging_json.hpp"

#include <cmath>

#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

std::int64_t epoch_ms(system_time t) noexcept {
  return t.time_since_epoch().count();
}

std::string_view text_of(const shared_text& text) noexcept {
  return text ? std::string_view{*text} : std::string_view{};
}

void append_result(std::string& out, const job& shown, const job_outcome& outcome) {
  const auto& spec = *shown.spec;
  const auto finished = shown.finished_at.value_or(shown.updated_at);
  append_id(out, R"(,"result":{"message":{"id":)", outcome.message_id);
  append_text(out, R"(,"content":)", text_of(outcome.content));
  append_id(out, R"(,"authorId":)", spec.agent_id);
  append_count(out, R"(,"createdAt":)", epoch_ms(finished));
  if (!outcome.metadata.is_empty())
    out.append(R"(,"metadata":)").append(outcome.metadata.text());
  append_count(out, R"(},"processingTimeMs":)", (finished - spec.created_at).count());
  out += '}';
}

void append_details(std::string& out, const job& shown) {
  const auto& spec = *shown.spec;
  append_id(out, R"({"jobId":)", spec.id);
  append_text(out, R"(,"status":)", messaging_status(shown.state));
  append_id(out, R"(,"agentId":)", spec.agent_id);
  append_text(out, R"(,"userId":)", spec.user_id);
  append_text(out, R"(,"prompt":)", spec.content);
  append_count(out, R"(,"createdAt":)", epoch_ms(spec.created_at));
  append_count(out, R"(,"expiresAt":)", epoch_ms(spec.expires_at));
  if (shown.state == job_state::completed && shown.outcome)
    append_result(out, shown, *shown.outcome);
  else if (is_terminal(shown.state))
    append_text(out, R"(,"error":)", messaging_error_of(shown));
  out += R"(,"metadata":)";
  out += spec.metadata.is_empty() ? std::string_view{"{}"} : spec.metadata.text();
  out += '}';
}

/// Room for a job's texts and what stands between them, so that an answer grows once.
std::size_t details_size(const job& shown) {
  constexpr std::size_t around_texts = 512;
  const auto& spec = *shown.spec;
  return around_texts + spec.content.size() + spec.metadata.text().size()
         + (shown.outcome
              ? text_of(shown.outcome->content).size() + shown.outcome->metadata.text().size()
              : 0);
}

/// A share of all as hundredths, rounded.
std::int64_t hundredths(std::size_t part, std::size_t all) {
  return all == 0 ? 0 : std::lround(100.0 * static_cast<double>(part) / static_cast<double>(all));
}

/// Jobs per word of the API.
struct status_counts {
  std::size_t pending = 0;
  std::size_t processing = 0;
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::size_t timeout = 0;

  explicit status_counts(const state_counts& by_state) {
    const auto count = [&](job_state state) { return by_state[static_cast<std::size_t>(state)]; };
    pending = count(job_state::scheduled) + count(job_state::pending);
    processing = count(job_state::processing);
    completed = count(job_state::completed);
    failed = count(job_state::failed) + count(job_state::canceled);
    timeout = count(job_state::timeout);
  }

  std::size_t sum() const noexcept {
    return pending + processing + completed + failed + timeout;
  }
};

} // namespace

std::string_view messaging_status(job_state state) noexcept {
  switch (state) {
    case job_state::scheduled:
    case job_state::pending:
      return "pending";
    case job_state::processing:
      return "processing";
    case job_state::completed:
      return "completed";
    case job_state::failed:
    case job_state::canceled:
      return "failed";
    case job_state::timeout:
      return "timeout";
  }
  return "";
}

std::string_view messaging_error_of(const job& shown) noexcept {
  if (shown.state == job_state::timeout)
    return "Job timed out waiting for agent response";
  if (shown.state == job_state::canceled)
    return "Job was canceled";
  return shown.outcome ? std::string_view{shown.outcome->error_text} : std::string_view{};
}

std::string messaging_created(const job& made) {
  std::string out;
  append_id(out, R"({"jobId":)", made.spec->id);
  // The page knows two states here; a job that has ended by now was being processed a moment ago.
  append_text(out, R"(,"status":)",
              messaging_status(is_terminal(made.state) ? job_state::processing : made.state));
  append_count(out, R"(,"createdAt":)", epoch_ms(made.spec->created_at));
  append_count(out, R"(,"expiresAt":)", epoch_ms(made.spec->expires_at));
  return out += '}';
}

std::string messaging_details(const job& shown) {
  std::string out;
  out.reserve(details_size(shown));
  append_details(out, shown);
  return out;
}

std::string messaging_list(const job_page& page) {
  std::size_t size = 0;
  for (const auto& each : page.jobs)
    size += details_size(*each);
  std::string out;
  out.reserve(size);
  out += R"({"jobs":[)";
  for (const auto& each : page.jobs) {
    if (each != page.jobs.front())
      out += ',';
    append_details(out, *each);
  }
  append_count(out, R"(],"total":)", static_cast<std::int64_t>(page.total));
  append_count(out, R"(,"filtered":)", static_cast<std::int64_t>(page.jobs.size()));
  return out += '}';
}

std::string messaging_health(const engine_health& health, system_time now) {
  const status_counts held{health.messages};
  const status_counts finished{health.finished_messages};
  const auto all = finished.sum();
  const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  std::string out = R"({"healthy":)";
  out += health.is_healthy ? "true" : "false";
  append_count(out, R"(,"timestamp":)", epoch_ms(now));
  append_count(out, R"(,"totalJobs":)", count(held.sum()));
  append_count(out, R"(,"statusCounts":{"pending":)", count(held.pending));
  append_count(out, R"(,"processing":)", count(held.processing));
  append_count(out, R"(,"completed":)", count(held.completed));
  append_count(out, R"(,"failed":)", count(held.failed));
  append_count(out, R"(,"timeout":)", count(held.timeout));
  append_count(out, R"(},"metrics":{"averageProcessingTimeMs":)",
               std::llround(health.mean_completion.count()));
  out += R"(,"successRate":)";
  append_hundredths(out, hundredths(finished.completed, all));
  out += R"(,"failureRate":)";
  append_hundredths(out, hundredths(finished.failed, all));
  out += R"(,"timeoutRate":)";
  append_hundredths(out, hundredths(finished.timeout, all));
  append_count(out, R"(},"maxJobs":)", count(health.jobs_max));
  return out += '}';
}

} // namespace callboard::http
