#include "stores/sqlite/lists/job_scan.hpp"

#include "core/jobs/order.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/lists/query_text.hpp"

#include <string_view>

namespace callboard::sqlite {

namespace {

/// The organisation, or every one: named one by one, so that the indexes can be used all the same.
void add_organisation(query_text& to, const job_query& query) {
  if (query.organisation.empty())
    to.add("organisation IN (SELECT organisation FROM shelves WHERE kind = ?)",
           static_cast<std::int64_t>(query.kind));
  else
    to.add("organisation = ?", std::string_view{query.organisation});
}

void add_tags(query_text& to, const job_query& query, const std::vector<job_state>& states) {
  to.add(" AND job IN (SELECT job FROM tagged WHERE ");
  add_organisation(to, query);
  to.add(" AND tag IN (");
  for (const auto& tag : query.tags)
    to.add(&tag == &query.tags.front() ? "?" : ", ?", std::string_view{tag});
  to.add(") AND state IN (").add(list_of(states)).add("))");
}

/// The index for the narrowest filter.
std::string_view table_for(const job_query& query) {
  if (!query.tags.empty())
    return "jobs NOT INDEXED"; // found by row
  if (query.kind == job_kind::agent) {
    if (query.channel_code)
      return "jobs INDEXED BY jobs_by_channel";
    if (query.job_type_id)
      return "jobs INDEXED BY jobs_by_type";
    if (query.due_from || query.due_to)
      return "jobs INDEXED BY jobs_by_due";
  }
  return "jobs INDEXED BY jobs_by_shelf";
}

void add_from_where(query_text& to, const job_query& query, const std::vector<job_state>& states) {
  to.add(" FROM ").add(table_for(query)).add(" WHERE kind = ");
  // A literal: only so can the indexes of agent jobs be used.
  to.add(std::to_string(static_cast<int>(query.kind))).add(" AND ");
  add_organisation(to, query);
  to.add(" AND state IN (").add(list_of(states)).add(")");
  if (query.job_type_id)
    to.add(" AND job_type_id = ?", std::string_view{*query.job_type_id});
  if (query.channel_code)
    to.add(" AND channel_code = ?", std::string_view{*query.channel_code});
  if (query.due_from)
    to.add(" AND due_at >= ?", ms_of(*query.due_from));
  if (query.due_to)
    to.add(" AND due_at <= ?", ms_of(*query.due_to));
  if (query.created_from)
    to.add(" AND created_at >= ?", ms_of(*query.created_from));
  if (query.created_to)
    to.add(" AND created_at <= ?", ms_of(*query.created_to));
  if (!query.tags.empty())
    add_tags(to, query, states);
}

std::string column_of(job_field by) {
  switch (by) {
    case job_field::created_at:
      return "created_at";
    case job_field::updated_at:
      return "updated_at";
    case job_field::due_at:
      return "due_at";
    case job_field::state:
      return rank_sql();
    case job_field::job_type_id:
      return "ifnull(job_type_id, '')";
    case job_field::channel_code:
      return "ifnull(channel_code, '')";
  }
  return "created_at";
}

void add_order(query_text& to, const job_query& query) {
  const auto order = core::order_of(query);
  to.add(" ORDER BY ");
  for (const auto& step : order)
    to.add(column_of(step.by)).add(step.is_descending ? " DESC, " : ", ");
  const std::string_view direction = order.front().is_descending ? " DESC" : "";
  to.add("created_at").add(direction).add(", id").add(direction);
}

std::vector<job_state> all_states() {
  std::vector<job_state> all;
  for (std::size_t state = 0; state < job_state_count; ++state)
    all.push_back(static_cast<job_state>(state));
  return all;
}

} // namespace

result<state_counts> job_scan::count(const job_query& query, const std::vector<job_state>& states) {
  state_counts counts{};
  // One by one: grouping would sort all that is found.
  for (const auto state : states) {
    query_text made;
    made.add("SELECT count(*)");
    add_from_where(made, query, {state});
    statement counting{db_, std::move(made.sql)};
    auto found = counting.start_with(made.values);
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    counts[static_cast<std::size_t>(state)] = found.size();
  }
  return counts;
}

result<std::vector<std::int64_t>> job_scan::rows_of_page(const job_query& query) {
  query_text made;
  made.add("SELECT job");
  add_from_where(made, query, query.states.empty() ? all_states() : query.states);
  add_order(made, query);
  return page_of(db_, std::move(made), query);
}

} // namespace callboard::sqlite
