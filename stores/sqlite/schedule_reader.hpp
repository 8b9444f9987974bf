#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/connection.hpp"
#include "stores/sqlite/job_reader.hpp"
#include "stores/sqlite/statement.hpp"

#include <vector>

namespace callboard::sqlite {

/// Reads scheduled jobs and their runs. Call it within a transaction.
class schedule_reader {
public:
  explicit schedule_reader(connection& db);

  /// All scheduled jobs. Errors: `io`.
  result<std::vector<scheduled_job_ptr>> all(job_reader& jobs);

  /// See `store::load_runs`. Errors: `io`.
  result<std::vector<job_ptr>> runs(const run_query& query, job_reader& jobs);

private:
  statement all_;
  statement runs_;
};

} // namespace callboard::sqlite
