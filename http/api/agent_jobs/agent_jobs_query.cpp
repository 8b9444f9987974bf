#include "http/api/agent_jobs/agent_jobs_query.hpp"

#include <algorithm>
#include <limits>

#include "http/api/agent_jobs/activity_query.hpp"
#include "http/api/agent_jobs/agent_jobs_json.hpp"
#include "http/api/query_reader.hpp"

namespace callboard::http {

namespace {

constexpr std::int64_t limit_max = 1000;
/// Each is a parameter of the store's question; the engine takes no more.
constexpr std::size_t tags_max = 100;

void read_status(query_reader& from, job_query& to) {
  const auto text = from.text("status");
  if (!text)
    return;
  for (const auto& word : split_list(*text)) {
    const auto before = to.states.size();
    for (std::size_t i = 0; i < job_state_count; ++i)
      if (equals_ignoring_case(agent_job_status(static_cast<job_state>(i)), word))
        to.states.push_back(static_cast<job_state>(i));
    if (to.states.size() == before)
      return from.refuse("status", "must be a list of SCHEDULED, WAITING, RUNNING, COMPLETED, "
                                   "FAILED and CANCELED");
  }
  if (to.states.empty())
    from.refuse("status", "must not be empty");
}

void read_tags(query_reader& from, job_query& to) {
  const auto text = from.text("tags");
  if (!text)
    return;
  to.tags = split_list(*text);
  if (to.tags.empty() || to.tags.size() > tags_max)
    from.refuse("tags", "must be a list of 1 to 100 tags");
}

void read_sort(query_reader& from, job_query& to) {
  const auto text = from.text("sort");
  if (!text)
    return;
  constexpr std::string_view allowed
    = "must be a list of FIELD:asc or FIELD:desc with created_at, updated_at, scheduled_at, "
      "job_status, job_type_id or channel_code, each once";
  for (const auto& step : split_list(*text)) {
    const auto colon = std::min(step.find(':'), step.size());
    const auto field = parse_agent_job_field(std::string_view{step}.substr(0, colon));
    const auto direction = std::string_view{step}.substr(std::min(colon + 1, step.size()));
    const bool is_new = field && std::none_of(to.sort.begin(), to.sort.end(), [&](const auto& one) {
                          return one.by == *field;
                        });
    if (!is_new || (direction != "asc" && direction != "desc"))
      return from.refuse("sort", std::string{allowed});
    to.sort.push_back({*field, direction == "desc"});
  }
  if (to.sort.empty())
    from.refuse("sort", std::string{allowed});
}

void read_times(query_reader& from, job_query& to) {
  to.due_from = from.time("scheduled_at_gte");
  to.due_to = from.time("scheduled_at_lte");
  to.created_from = from.time("created_at_gte");
  to.created_to = from.time("created_at_lte");
  if (const auto exact = from.time("scheduled_at")) {
    to.due_from = std::max(to.due_from.value_or(*exact), *exact);
    to.due_to = std::min(to.due_to.value_or(*exact), *exact);
  }
}

void read_include(query_reader& from, agent_job_listing& to) {
  const auto activities = read_activities_of_list(from);
  const auto text = from.text("include");
  if (!text)
    return;
  for (const auto& what : split_list(*text)) {
    if (what == "stats")
      to.query.counts_states = true;
    else if (what == "activities")
      to.activities = activities;
    else
      return from.refuse("include", "must be a list of stats and activities");
  }
}

} // namespace

tl::expected<agent_job_listing, response> read_agent_job_query(const request& asked) {
  query_reader from{asked.query};
  agent_job_listing made;
  auto& to = made.query;
  to.kind = job_kind::agent;
  to.organisation = asked.organisation;
  read_status(from, to);
  to.job_type_id = from.filled_text("job_type_id");
  to.channel_code = from.filled_text("channel_code");
  read_tags(from, to);
  read_times(from, to);
  if (const auto limit = from.integer("limit", 1, limit_max))
    to.limit = static_cast<std::size_t>(*limit);
  if (const auto offset = from.integer("offset", 0, std::numeric_limits<std::int64_t>::max()))
    to.offset = static_cast<std::size_t>(*offset);
  read_sort(from, to);
  read_include(from, made);
  const auto organisation = from.text("org_id");
  from.refuse_others();
  if (!from.faults().empty())
    return tl::unexpected{refuse_fields(from.faults())};
  if (organisation && *organisation != asked.organisation)
    return tl::unexpected{
      refuse_organisation("the list belongs to another organisation", asked.organisation)};
  return made;
}

} // namespace callboard::http
