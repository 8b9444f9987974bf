#include "core/jobs/validation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <callboard/prompt_template.hpp>

#include "text/utf8.hpp"

namespace callboard::core {

namespace {

/// 400 years: beyond any time that the APIs take, and far from the end of what milliseconds hold.
constexpr std::chrono::milliseconds time_span_max = std::chrono::hours{24 * 366 * 400};
/// RFC 3339 has four digits for the year.
constexpr system_time due_at_end{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
/// What the APIs take. Each one adds a task to the job, and every snapshot holds all tasks.
constexpr std::uint32_t retries_limit = 100;
constexpr std::uint32_t follow_ups_limit = 100;
/// What the APIs take.
constexpr std::size_t page_max = 1000;
/// More steps than there are fields order nothing further.
constexpr std::size_t job_field_count = 6;
/// Each tag of a filter is a parameter of the store's question; far beyond any use.
constexpr std::size_t tags_max = 100;

auto wrong(std::string message) {
  return fail(errc::invalid_argument, std::move(message));
}

bool is_text(const std::string& text) {
  return is_utf8(text) && text.find('\0') == std::string::npos;
}

bool is_time_limit(std::chrono::milliseconds limit) {
  return limit.count() >= 1 && limit <= time_span_max;
}

bool is_wait(std::chrono::milliseconds wait) {
  return wait.count() >= 0 && wait <= time_span_max;
}

bool are_places_in(const std::vector<std::size_t>& places, const std::string& content) {
  return places.size() <= id_places_max && std::is_sorted(places.begin(), places.end())
         && (places.empty() || places.back() <= content.size());
}

/// The prompt with the job's id in its places.
std::string with_id(std::string content, const std::vector<std::size_t>& places, const uuid& id) {
  if (places.empty())
    return content;
  const auto text = id.to_string();
  std::string made;
  made.reserve(content.size() + places.size() * text.size());
  std::size_t from = 0;
  for (const auto place : places) {
    made.append(content, from, place - from).append(text);
    from = place;
  }
  return made.append(content, from);
}

result<void> check_retry(const retry_policy& retry) {
  if (retry.retries_max > retries_limit)
    return wrong("retry.retries_max must be between 0 and 100");
  if (!is_wait(retry.delay) || !is_wait(retry.delay_max))
    return wrong("retry delays must be between 0 ms and 400 years");
  if (!(retry.jitter >= 0.0 && retry.jitter <= 1.0)) // so that "not a number" is refused too
    return wrong("retry.jitter must be between 0 and 1");
  return {};
}

result<void> check(const new_job& wanted) {
  if (wanted.organisation.empty() || !is_text(wanted.organisation))
    return wrong("organisation must be UTF-8 without NUL characters and not empty");
  if (!is_text(wanted.content))
    return wrong("content must be UTF-8 without NUL characters");
  if (!is_text(wanted.user_id))
    return wrong("user_id must be UTF-8 without NUL characters");
  if (!is_time_limit(wanted.time_limit))
    return wrong("time_limit must be between 1 ms and 400 years");
  if (wanted.attempt_time_limit && !is_time_limit(*wanted.attempt_time_limit))
    return wrong("attempt_time_limit must be between 1 ms and 400 years");
  if (wanted.due_at && *wanted.due_at >= due_at_end)
    return wrong("due_at must be before the year 10000");
  if (wanted.follow_ups_max > follow_ups_limit)
    return wrong("follow_ups_max must be between 0 and 100");
  if (!are_places_in(wanted.id_places, wanted.content))
    return wrong("id_places must be at most 1000 ascending offsets within content");
  if ((wanted.kind == job_kind::agent) != (wanted.agent_job != nullptr))
    return wrong("agent_job must be set for jobs of kind agent, and only for them");
  if ((wanted.kind == job_kind::run) != (wanted.run != nullptr))
    return wrong("run must be set for jobs of kind run, and only for them");
  return check_retry(wanted.retry);
}

} // namespace

result<std::size_t> choose_agent(const new_job& wanted, const std::vector<agent_info>& agents) {
  if (!wanted.agent_id) {
    if (agents.empty())
      return fail(errc::no_agents, "No agents available on server");
    return std::size_t{0};
  }
  const auto found = std::find_if(agents.begin(), agents.end(), [&](const agent_info& one) {
    return one.id == *wanted.agent_id;
  });
  if (found == agents.end())
    return fail(errc::agent_not_found, "Agent " + wanted.agent_id->to_string() + " not found");
  return static_cast<std::size_t>(found - agents.begin());
}

result<std::shared_ptr<const job_spec>> make_spec(new_job wanted, const uuid& id,
                                                  const uuid& agent_id, system_time now) {
  if (auto ok = check(wanted); !ok)
    return tl::unexpected(std::move(ok.error()));
  auto made = std::make_shared<job_spec>();
  made->id = id;
  made->kind = wanted.kind;
  made->organisation = std::move(wanted.organisation);
  made->agent_id = agent_id;
  made->user_id = std::move(wanted.user_id);
  made->content = with_id(std::move(wanted.content), wanted.id_places, id);
  made->metadata = std::move(wanted.metadata);
  made->created_at = now;
  const auto due = wanted.due_at.value_or(now);
  const auto start = std::max(now, due);
  // A run keeps the time that it was scheduled for, even if that has passed.
  made->due_at = wanted.run ? due : start;
  made->expires_at = start + wanted.time_limit;
  made->attempt_time_limit = wanted.attempt_time_limit;
  made->retry = wanted.retry;
  made->follow_ups_max = wanted.follow_ups_max;
  made->agent_job = std::move(wanted.agent_job);
  made->run = std::move(wanted.run);
  made->session = std::move(wanted.session);
  return made;
}

result<void> check_agent_retry(const agent_retry& rules) {
  if (rules.retry_after_max < std::chrono::seconds{0}
      || rules.retry_after_max > std::chrono::days{1})
    return wrong("retry_after_max must be between 0 s and a day");
  return check_retry(rules.refusals);
}

result<void> check_query(const job_query& query) {
  if (query.sort.size() > job_field_count)
    return wrong("sort must have at most 6 steps");
  if (query.tags.size() > tags_max)
    return wrong("tags must be at most 100");
  if (query.limit < 1 || query.limit > page_max)
    return wrong("limit must be between 1 and 1000");
  return {};
}

} // namespace callboard::core
