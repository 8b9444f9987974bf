#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/lists/kept_counts.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <cstdint>
#include <vector>

namespace callboard::sqlite {

/// Answers any query from the database. The first pages of all jobs by creation are read along an index;
/// everything else looks at all jobs of the organisation. Call it within a transaction.
class job_scan {
public:
  explicit job_scan(connection& db) : db_{db}, kept_{db} {
    // nop
  }

  /// A page of jobs, read by `jobs`. Errors: `capacity` (see `job_query::text_bytes_max`), `io`.
  result<job_page> page(const job_query& query, job_reader& jobs);

  /// How many jobs there are, as `kept_counts::of` says.
  result<state_counts> held(const job_query& query) {
    return kept_.of(query);
  }

private:
  /// How many jobs in each state match the query without its own states. Errors: `io`.
  result<state_counts> matching(const job_query& query);

  /// The rows of the jobs on a page, in order. Errors: `io`.
  result<std::vector<std::int64_t>> rows_of_page(const job_query& query);

  connection& db_;
  kept_counts kept_;
};

/// Whether a scan reads no more jobs than the page and what comes before it: all jobs of an organisation by
/// creation, and not far from the first one.
bool is_cheap_scan(const job_query& query);

} // namespace callboard::sqlite
