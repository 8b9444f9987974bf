#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstddef>
#include <vector>

namespace callboard::sqlite {

/// Reads how many jobs there are, from the table `job_counts`: without a look at the jobs.
class kept_counts {
public:
  explicit kept_counts(connection& db);

  /// How many jobs of the query's kind and organisation are in each state, whatever else it asks for.
  /// Errors: `io`.
  result<state_counts> of(const job_query& query);

private:
  statement of_organisation_;
  statement of_kind_;
};

/// How many jobs are in one of the states; empty: in any.
std::size_t sum_of(const state_counts& counts, const std::vector<job_state>& states);

} // namespace callboard::sqlite
