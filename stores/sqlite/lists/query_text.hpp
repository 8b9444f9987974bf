#pragma once

#include <callboard/job.hpp>
#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::sqlite {

/// SQL in the making, with the values for its parameters.
struct query_text {
  std::string sql;
  std::vector<bound_value> values;

  query_text& add(std::string_view text) {
    sql += text;
    return *this;
  }
  query_text& add(std::string_view text, bound_value value) {
    values.push_back(value);
    return add(text);
  }
};

/// A time as it is stored.
std::int64_t ms_of(system_time time) noexcept;

/// "0, 3, 4"
std::string list_of(const std::vector<job_state>& states);

/// Adds the order of a query, in columns of `messages` or `jobs`.
void add_order(query_text& to, const job_query& query);

/// Runs a query that gives the rows of jobs in order, and returns those on the page that is asked for.
/// Errors: `io`.
result<std::vector<std::int64_t>> page_of(connection& db, query_text rows_in_order,
                                          const job_query& query);

} // namespace callboard::sqlite
