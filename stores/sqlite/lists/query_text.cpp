#include "stores/sqlite/lists/query_text.hpp"

#include "core/jobs/order.hpp"

#include <utility>

namespace callboard::sqlite {

namespace {

/// The rank of the column `state` (see `core::state_rank`).
std::string rank_sql() {
  std::string sql = "CASE state";
  for (std::size_t state = 0; state < job_state_count; ++state)
    sql.append(" WHEN ")
      .append(std::to_string(state))
      .append(" THEN ")
      .append(std::to_string(core::state_rank(static_cast<job_state>(state))));
  return sql + " END";
}

/// Empty for what all jobs of the kind have in common.
std::string column_of(job_field by, job_kind kind) {
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
      return kind == job_kind::message ? "" : "ifnull(job_type_id, '')";
    case job_field::channel_code:
      return kind == job_kind::message ? "" : "ifnull(channel_code, '')";
  }
  return {};
}

} // namespace

std::int64_t ms_of(system_time time) noexcept {
  return time.time_since_epoch().count();
}

std::string list_of(const std::vector<job_state>& states) {
  std::string list;
  for (const auto state : states)
    list.append(list.empty() ? "" : ", ").append(std::to_string(static_cast<int>(state)));
  return list;
}

result<std::vector<std::int64_t>> page_of(connection& db, query_text rows_in_order,
                                          const job_query& query) {
  rows_in_order.add(" LIMIT ?", static_cast<std::int64_t>(query.limit))
    .add(" OFFSET ?", static_cast<std::int64_t>(query.offset));
  statement listing{db, std::move(rows_in_order.sql)};
  std::vector<std::int64_t> listed;
  auto found = listing.start_with(rows_in_order.values);
  if (auto ok = found.for_each([&](rows& row) { listed.push_back(row.integer()); }); !ok)
    return tl::unexpected(std::move(ok.error()));
  return listed;
}

void add_order(query_text& to, const job_query& query) {
  const auto order = core::order_of(query);
  const std::string_view direction = order.front().is_descending ? " DESC" : "";
  bool is_by_creation = false;
  to.add(" ORDER BY ");
  for (const auto& step : order) {
    is_by_creation |= step.by == job_field::created_at;
    if (const auto column = column_of(step.by, query.kind); !column.empty())
      to.add(column).add(step.is_descending ? " DESC, " : ", ");
  }
  if (!is_by_creation) // named twice, it would keep the index from giving the order
    to.add("created_at").add(direction).add(", ");
  to.add("id").add(direction);
}

} // namespace callboard::sqlite
