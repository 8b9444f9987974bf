#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/lists/commit_probe.hpp"
#include "stores/sqlite/lists/index_cache.hpp"
#include "stores/sqlite/lists/job_scan.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <optional>

namespace callboard::sqlite {

/// Finds the jobs of a list: in the column index if that is there and quicker, else in the database. Both
/// give the same answer.
class job_lister {
public:
  explicit job_lister(connection& db) : scan_{db}, commits_{db} {
    // nop
  }

  /// A page of jobs, read by `jobs`. Nothing: the column index would find it sooner, and is not there. To be
  /// called in a transaction in which nothing has been read yet.
  /// Errors: `capacity` (see `job_query::text_bytes_max`), `io`.
  result<std::optional<job_page>> find(const job_query& query, job_reader& jobs,
                                       index_cache& indexes);

  /// The same, from the database in any case.
  result<job_page> scan(const job_query& query, job_reader& jobs) {
    return scan_.page(query, jobs);
  }

private:
  /// Brings the column index to the transaction's moment and answers with it.
  result<column_page> find_in(column_index& index, const missing_changes& missing,
                              const job_query& query);

  job_scan scan_;
  commit_probe commits_;
};

} // namespace callboard::sqlite
