#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_counts.hpp"
#include "stores/sqlite/rows/message_writer.hpp"
#include "stores/sqlite/rows/spec_writer.hpp"
#include "stores/sqlite/rows/task_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Writes and erases jobs. Call it within a transaction and end that with `write_counts`.
class job_writer {
public:
  explicit job_writer(connection& db);

  /// Starts again, with the transaction.
  void begin() noexcept {
    counts_.begin();
    added_.clear();
  }

  /// To be called when the transaction has been rolled back.
  void forget() noexcept {
    messages_.forget();
  }

  /// The jobs that were not there before, in this transaction.
  const std::vector<uuid>& added() const noexcept {
    return added_;
  }

  /// Writes a snapshot unless the same or a newer version is there. Errors: `io`.
  result<void> put(const job& snapshot);

  /// Erases a job, if it is there. Errors: `io`.
  result<void> erase(const uuid& id);

  /// Brings the counts of jobs up to date with what was put and erased. Errors: `io`.
  result<void> write_counts() {
    return counts_.write();
  }

private:
  /// What is stored of a job, as far as writing goes.
  struct stored_job {
    std::int64_t row = 0;
    std::uint64_t version = 0;
    job_kind kind = job_kind::message;
    std::string organisation;
    job_state state = job_state::pending;
    std::uint32_t task_count = 0;
    system_time due_at;
  };

  result<void> put_message(const job& snapshot);
  result<std::optional<stored_job>> look_up(const uuid& id);
  /// Whether it was inserted: false if the id is there already.
  result<bool> insert(const job& snapshot);
  result<void> update(const job& snapshot, const stored_job& stored);

  connection& db_;
  statement look_up_;
  statement insert_job_;
  spec_writer specs_;
  statement update_progress_;
  statement update_state_;
  statement update_span_;
  statement erase_job_;
  task_writer tasks_;
  job_counts counts_;
  message_writer messages_;
  std::vector<uuid> added_;
};

} // namespace callboard::sqlite
