#pragma once

#include <callboard/job.hpp>
#include <callboard/uuid.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_counts.hpp"
#include "stores/sqlite/rows/task_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace callboard::sqlite {

/// Writes and erases jobs of kind `message`, within a transaction.
class message_writer {
public:
  /// Both must outlive it.
  message_writer(connection& db, task_writer& tasks, job_counts& counts);

  /// Forgets what it knows of stored messages: a transaction has been rolled back.
  void forget() noexcept {
    known_.clear();
  }

  /// Writes a snapshot unless the same or a newer version is there. Returns whether the job was not
  /// there before. Errors: `io`.
  result<bool> put(const job& snapshot);

  /// Erases a message. Returns whether it was there. Errors: `io`.
  result<bool> erase(const uuid& id);

private:
  /// What is stored of a message, as far as writing goes.
  struct stored_message {
    std::int64_t row = 0;
    std::uint64_t version = 0;
    std::string organisation;
    job_state state = job_state::pending;
    std::uint32_t task_count = 0;
    system_time due_at;
  };

  static stored_message stored_after(const job& snapshot, std::int64_t row);
  result<std::optional<stored_message>> look_up(const uuid& id);
  void remember(const uuid& id, stored_message stored);
  /// Whether it was inserted: false if the id is there already.
  result<bool> insert(const job& snapshot);
  result<void> update(const job& snapshot, const stored_message& stored);
  result<std::int64_t> next_row();

  connection& db_;
  task_writer& tasks_;
  job_counts& counts_;
  statement look_up_;
  statement insert_;
  statement update_progress_;
  statement update_state_;
  statement update_span_;
  statement erase_;
  /// Messages that this object has written: most of them are written again or erased before long, and
  /// looking them up in the database costs as much as erasing them does.
  std::unordered_map<uuid, stored_message> known_;
  /// The row of the last message written; none before the first.
  std::optional<std::int64_t> last_row_;
};

} // namespace callboard::sqlite
