#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Finds the jobs that an engine takes up. Call it within a transaction.
class job_loader {
public:
  explicit job_loader(connection& db);

  /// See `store::load_live`. Errors: `io`.
  result<std::vector<job_ptr>> live(system_time due_before, job_reader& jobs);

  /// See `store::load_finished`. Errors: `io`.
  result<std::vector<job_ptr>> finished(job_kind kind, std::size_t limit,
                                        std::size_t text_bytes_max, job_reader& jobs);

  /// See `store::load_delayed`. Errors: `io`.
  result<std::vector<job_ptr>> scheduled(const due_place& from, system_time until,
                                         std::size_t limit, job_reader& jobs);

  /// See `store::count_delayed`. Errors: `io`.
  result<std::map<std::string, std::size_t>> count_delayed(system_time due_from);

private:
  static result<std::vector<std::int64_t>> places_of(rows&& found);
  static result<std::vector<job_ptr>> read_all(rows&& found, job_reader& jobs);

  statement live_;
  statement last_ended_;
  statement last_ended_messages_;
  statement scheduled_;
  statement delayed_;
  statement due_;
};

} // namespace callboard::sqlite
