#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Answers queries that are no merge of sources by looking at all that an index finds for the
/// narrowest filter: what that costs grows with how many jobs the filter lets through.
class job_scan {
public:
  explicit job_scan(connection& db) : db_{db} {
    // nop
  }

  /// How many jobs in each of the states match the query but for its own states. Errors: `io`.
  result<state_counts> count(const job_query& query, const std::vector<job_state>& states);

  /// The rows of the jobs on a page, in order. Errors: `io`.
  result<std::vector<std::int64_t>> rows_of_page(const job_query& query);

private:
  connection& db_;
};

} // namespace callboard::sqlite
