#include "stores/sqlite/lists/query_text.hpp"

#include "core/jobs/order.hpp"

#include <utility>

namespace callboard::sqlite {

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

std::string rank_sql() {
  std::string sql = "CASE state";
  for (std::size_t state = 0; state < job_state_count; ++state)
    sql.append(" WHEN ")
      .append(std::to_string(state))
      .append(" THEN ")
      .append(std::to_string(core::state_rank(static_cast<job_state>(state))));
  return sql + " END";
}

} // namespace callboard::sqlite
