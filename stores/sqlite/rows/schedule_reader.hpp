#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace callboard::sqlite {

/// A scheduled job as it is stored: its last run is named by its id, nil for none.
struct stored_schedule {
  std::shared_ptr<scheduled_job> record;
  uuid last_run;
};

/// Takes a scheduled job from a row: the columns of `schedules` in their order. What is damaged, the
/// row's `check` tells.
stored_schedule take_schedule(rows& row);

/// A run of which the id is all that is known.
job_ptr stand_in_for(const uuid& id);

/// Reads scheduled jobs and their runs. Call it within a transaction.
class schedule_reader {
public:
  explicit schedule_reader(connection& db);

  /// All scheduled jobs. Errors: `io`.
  result<std::vector<scheduled_job_ptr>> all(job_reader& jobs);

  /// Hands over all scheduled jobs as they are stored, by id. Errors: `io`, and what `take` returns.
  result<void> each(const std::function<result<void>(const stored_schedule&)>& take);

  /// See `store::load_runs`. Errors: `io`.
  result<std::vector<job_ptr>> runs(const run_query& query, job_reader& jobs);

private:
  statement all_;
  statement runs_;
};

} // namespace callboard::sqlite
