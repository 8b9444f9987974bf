#include "http/api/agent_jobs/activity_query.hpp"

#include <array>
#include <limits>

namespace callboard::http {

namespace {

constexpr std::int64_t limit_max = 1000;
/// Of one job, and of each job of a list.
constexpr std::int64_t included_max = 100;
constexpr std::int64_t included_in_all_max = 3000;

bool read_is_newest_first(query_reader& from, std::string_view name) {
  const auto sort = from.text(name);
  if (sort && *sort != "created_at" && *sort != "-created_at")
    from.refuse(name, "must be created_at or -created_at");
  return !sort || *sort != "created_at";
}

std::size_t read_size(query_reader& from, std::string_view name, std::int64_t most,
                      std::size_t standard) {
  const auto found = from.integer(name, 1, most);
  return found ? static_cast<std::size_t>(*found) : standard;
}

void read_status(query_reader& from, activity_query& to) {
  const auto text = from.text("status");
  if (!text)
    return;
  for (const auto each :
       {activity_status::submitted, activity_status::completed, activity_status::canceled})
    if (equals_ignoring_case(to_string(each), *text))
      to.status = each;
  if (!to.status)
    from.refuse("status", "must be submitted, completed or canceled");
}

void read_source(query_reader& from, activity_query& to) {
  const auto type = from.text("source_type");
  to.is_of_other_source = type == "process_module" || type == "direct";
  if (type && type != "dispatch" && !to.is_of_other_source)
    from.refuse("source_type", "must be dispatch, process_module or direct");
}

} // namespace

tl::expected<activity_request, response> read_activity_request(const request& asked) {
  query_reader from{asked.query};
  activity_request made;
  auto& to = made.wanted;
  if (auto id = from.text("job_id"); id && !id->empty())
    made.job_id = *std::move(id);
  else if (from.faults().empty())
    from.refuse("job_id", "is required: a job id");
  read_status(from, to);
  to.type_code = from.filled_text("activity_type_code");
  read_source(from, to);
  to.limit = read_size(from, "limit", limit_max, to.limit);
  if (const auto offset = from.integer("offset", 0, std::numeric_limits<std::int64_t>::max()))
    to.offset = static_cast<std::size_t>(*offset);
  to.is_newest_first = read_is_newest_first(from, "sort");
  const auto organisation = from.text("org_id");
  from.refuse_others();
  if (!from.faults().empty())
    return tl::unexpected{refuse_fields(from.faults())};
  if (organisation && *organisation != asked.organisation)
    return tl::unexpected{
      refuse_organisation("the activities belong to another organisation", asked.organisation)};
  return made;
}

std::optional<activity_query> read_included_activities(query_reader& from) {
  activity_query wanted;
  wanted.limit = read_size(from, "include_limit", included_max, wanted.limit);
  wanted.is_newest_first = read_is_newest_first(from, "include_sort");
  const auto include = from.text("include");
  if (!include)
    return std::nullopt;
  const auto parts = split_list(*include);
  for (const auto& part : parts)
    if (part != "activities")
      from.refuse("include", "must be activities");
  return parts.empty() ? std::nullopt : std::optional{wanted};
}

included_activities read_activities_of_list(query_reader& from) {
  included_activities wanted;
  wanted.per_job = read_size(from, "activities_limit_per_job", included_max, wanted.per_job);
  wanted.in_all = read_size(from, "activities_total_limit", included_in_all_max, wanted.in_all);
  wanted.is_newest_first = read_is_newest_first(from, "activities_sort");
  return wanted;
}

} // namespace callboard::http
