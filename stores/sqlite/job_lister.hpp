#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/connection.hpp"
#include "stores/sqlite/job_reader.hpp"
#include "stores/sqlite/statement.hpp"

#include <functional>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Finds the jobs of a list: a merge of shelves, so that a page costs what it shows and what it leaves
/// out, never what else is stored. Call it within a transaction.
class job_lister {
public:
  explicit job_lister(connection& db);

  /// A page of jobs, read by `jobs`. Errors: `io`.
  result<job_page> page(const job_query& query, job_reader& jobs);

  /// All jobs that are not over, oldest first. Errors: `io`.
  result<std::vector<job_ptr>> live(job_reader& jobs);

  /// See `store::load_finished`. Errors: `io`.
  result<std::vector<job_ptr>> finished(job_kind kind, std::size_t limit, job_reader& jobs);

private:
  /// One organisation's jobs of a kind in a state.
  struct shelf {
    job_kind kind = job_kind::message;
    std::string organisation;
    job_state state = job_state::pending;
    std::size_t size = 0;
  };

  /// What orders jobs in a list, and where the job is.
  struct place {
    std::int64_t created_at = 0;
    uuid id;
    std::int64_t row = 0;
  };

  /// A walk along a shelf, newest first, some places at a time.
  struct walk {
    const shelf* of = nullptr;
    std::vector<place> ahead;
    std::size_t next = 0;
  };

  result<std::vector<shelf>> read_shelves(rows found);
  result<std::vector<std::int64_t>> rows_of_page(const std::vector<const shelf*>& wanted,
                                                 const job_query& query, std::size_t size);
  /// Reads the next places of a walk, up to `count`; none: its end.
  result<void> look_ahead(walk& on, std::size_t count);
  result<void> append_rows(const shelf& of, std::vector<std::int64_t>& all);

  statement shelves_of_kind_;
  statement shelves_of_organisation_;
  statement live_shelves_;
  statement places_before_;
  statement rows_of_shelf_;
  statement last_ended_;
};

} // namespace callboard::sqlite
