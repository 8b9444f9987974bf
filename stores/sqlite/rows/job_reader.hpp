#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Where those parts of a job come from that are not in its row.
class job_parts {
public:
  virtual ~job_parts() = default;
  virtual result<std::vector<std::string>> tags(std::int64_t row) = 0;
  /// All tasks but the last one.
  virtual result<std::vector<task_record>> earlier_tasks(std::int64_t row, std::uint32_t count) = 0;
};

/// Takes a whole job from a row that has these values: job, id, kind, organisation, state, created_at,
/// due_at, expires_at, agent_id, user_id, content, metadata, attempt_time_limit, retries_max,
/// retry_delay, retry_delay_max, retry_growth, retry_jitter, follow_ups_max, job_type_id, params,
/// target_channel, channel_code, config, profile_id, tag_count, schedule_id, payload, run_trigger,
/// version, updated_at, started_at,
/// finished_at, retry_at, retries, follow_ups, error_code, error_text, message_id, result,
/// result_metadata, task_count, and of the last task what `take_task` takes. Errors: `io`.
result<job_ptr> take_job(rows& row, job_parts& parts);

/// Takes a task from nine values of a row: id, kind, state, attempt, created_at, finished_at, result,
/// whether its result is the job's result, error.
task_record take_task(rows& row, const shared_text& job_result);

/// Reads whole jobs. Reads of one job are of one moment only within a transaction.
class job_reader : private job_parts {
public:
  explicit job_reader(connection& db);

  /// The job with that id; null if there is none. Errors: `io`.
  result<job_ptr> find(const uuid& id);

  /// The job of that row; null if there is none. Errors: `io`.
  result<job_ptr> at(std::int64_t row);

  /// The job of a row that an index names, so that it must be there. Errors: `io`.
  result<job_ptr> listed(std::int64_t row);

private:
  result<job_ptr> read(rows found);
  result<std::vector<std::string>> tags(std::int64_t row) override;
  result<std::vector<task_record>> earlier_tasks(std::int64_t row, std::uint32_t count) override;

  statement by_id_;
  statement by_row_;
  statement message_by_id_;
  statement message_by_row_;
  statement earlier_tasks_;
  statement tags_;
};

} // namespace callboard::sqlite
