#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>

namespace callboard::sqlite {

/// Writes what an agent job or a run was created with and is not found by: its row in `specs`, and its tags.
class spec_writer {
public:
  explicit spec_writer(connection& db);

  /// Errors: `io`.
  result<void> insert(std::int64_t row, const job_spec& spec);

  /// Errors: `io`.
  result<void> erase(std::int64_t row, job_kind kind);

private:
  statement insert_;
  statement insert_tag_;
  statement erase_;
  statement erase_tags_;
};

} // namespace callboard::sqlite
