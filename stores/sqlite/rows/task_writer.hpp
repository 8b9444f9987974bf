#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>

namespace callboard::sqlite {

/// Writes and erases those tasks of a job that came before its last one.
class task_writer {
public:
  explicit task_writer(connection& db);

  /// Adds those of a snapshot that are not there yet. Errors: `io`.
  result<void> add(std::int64_t row, const job& snapshot);

  /// Erases all of a job. Errors: `io`.
  result<void> erase(std::int64_t row) {
    return erase_.run(row);
  }

private:
  connection& db_;
  statement insert_;
  statement erase_;
};

} // namespace callboard::sqlite
