#include "stores/sqlite/lists/merge_rule.hpp"

namespace callboard::sqlite {

namespace {

std::int64_t ms_of(system_time time) noexcept {
  return time.time_since_epoch().count();
}

} // namespace

time_bounds bounds(const std::optional<system_time>& from, const std::optional<system_time>& to) {
  time_bounds made;
  if (from)
    made.from = ms_of(*from);
  if (to)
    made.to = ms_of(*to);
  return made;
}

bool has_filter(const job_query& query) {
  return query.job_type_id || query.channel_code || !query.tags.empty();
}

bool can_merge(const job_query& query, const job_sort& order) {
  const auto has_due = query.due_from || query.due_to;
  const auto has_created = query.created_from || query.created_to;
  if (query.sort.size() > 1 || query.tags.size() > 1)
    return false;
  // No job of ours is of the type without a name; the facets' rows could not tell.
  if (query.job_type_id && query.job_type_id->empty())
    return false;
  if (!query.tags.empty() && (query.job_type_id || query.channel_code))
    return false;
  if (has_filter(query) && (query.kind != job_kind::agent || query.organisation.empty()))
    return false;
  if (order.by == job_field::due_at || order.by == job_field::updated_at)
    return query.kind == job_kind::agent && !has_filter(query) && !has_created
           && (!has_due || order.by == job_field::due_at);
  if (has_due)
    return false;
  if (order.by == job_field::created_at || order.by == job_field::state)
    return true;
  return query.kind == job_kind::agent && !query.organisation.empty() && query.tags.empty()
         && !has_created;
}

} // namespace callboard::sqlite
