#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_writer.hpp"

#include <cstddef>
#include <vector>

namespace callboard::sqlite {

/// Writes and erases scheduled jobs, and erases their runs. Call it within a transaction.
class schedule_writer {
public:
  /// @param jobs erases runs.
  schedule_writer(connection& db, job_writer& jobs);

  /// Puts a scheduled job, or erases it and its finished runs. Errors: `io`.
  result<void> apply(const schedule_change& change);

  /// See `store::erase_runs`; returns the erased runs. Errors: `io`.
  result<std::vector<uuid>> erase_runs(const uuid& schedule_id, std::size_t keep,
                                       std::size_t limit);

private:
  result<void> put(const scheduled_job& record);

  job_writer& jobs_;
  statement put_;
  statement erase_;
  statement surplus_runs_;
};

} // namespace callboard::sqlite
