#include "stores/sqlite/rows/column_lists.hpp"

#include "stores/sqlite/rows/job_columns.hpp"

namespace callboard::sqlite {

namespace {

/// "a = ?1, b = ?2, c = ?3"
std::string assignments(std::span<const std::string_view> columns, std::size_t first) {
  std::string list;
  for (const auto column : columns) {
    list.append(list.empty() ? "" : ", ").append(column);
    list.append(" = ?").append(std::to_string(first++));
  }
  return list;
}

std::string update_sql(std::string_view table, const std::string& what, std::size_t values) {
  return "UPDATE " + std::string{table} + " SET " + what + " WHERE job = ?"
         + std::to_string(values + 1);
}

} // namespace

std::string names(std::span<const std::string_view> columns) {
  std::string list;
  for (const auto column : columns)
    list.append(list.empty() ? "" : ", ").append(column);
  return list;
}

std::string places(std::size_t first, std::size_t count) {
  std::string list;
  for (std::size_t place = first; place < first + count; ++place)
    list.append(list.empty() ? "?" : ", ?").append(std::to_string(place));
  return list;
}

std::string update_progress_sql(std::string_view table) {
  return update_sql(table, assignments(progress_columns, 1), progress_columns.size());
}

std::string update_state_sql(std::string_view table) {
  constexpr auto first_ending = progress_columns.size() + 1;
  return update_sql(
    table, assignments(progress_columns, 1) + ", " + assignments(ending_columns, first_ending),
    progress_columns.size() + ending_columns.size());
}

std::string update_span_sql(std::string_view table) {
  return update_sql(table, "due_at = ?1, expires_at = ?2", 2);
}

bool is_progress(const job& snapshot, job_state stored) {
  return snapshot.state == stored && !is_terminal(stored) && !snapshot.finished_at
         && !snapshot.outcome;
}

} // namespace callboard::sqlite
