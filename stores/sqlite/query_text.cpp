#include "stores/sqlite/query_text.hpp"

#include "core/listing.hpp"

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
