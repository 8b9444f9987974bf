#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <cstdint>
#include <vector>

namespace callboard::sqlite {

/// Answers queries for messages. The newest first is what is asked for, and walks an index; for another
/// order all messages are looked at, and for states that few are in, many: there are only as many as
/// an engine holds in memory. Call it within a transaction.
class message_lister {
public:
  explicit message_lister(connection& db);

  /// Errors: `io`.
  result<job_page> page(const job_query& query, job_reader& jobs);

private:
  /// How many messages there are in each state. Errors: `io`.
  result<state_counts> held(const job_query& query);
  /// How many of them match the query but for its states. Errors: `io`.
  result<state_counts> matching(const job_query& query);
  result<std::vector<std::int64_t>> rows_of_page(const job_query& query);

  connection& db_;
  statement held_;
  statement held_by_all_;
};

} // namespace callboard::sqlite
