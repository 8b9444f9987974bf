#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/lists/commit_probe.hpp"
#include "stores/sqlite/lists/index_cache.hpp"
#include "stores/sqlite/lists/job_scan.hpp"
#include "stores/sqlite/lists/job_source.hpp"
#include "stores/sqlite/lists/message_lister.hpp"
#include "stores/sqlite/rows/job_counts.hpp"
#include "stores/sqlite/rows/job_reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Finds the jobs of a list: a merge of sources, so that a page costs what it shows and what it leaves
/// out, never what else is stored, and how many match is known by counts that are kept. What no merge
/// can give (see `can_merge`) is scanned, or found in a column index. Call it within a transaction.
class job_lister {
public:
  explicit job_lister(connection& db);

  /// A page of jobs, read by `jobs`. Errors: `io`.
  result<job_page> page(const job_query& query, job_reader& jobs);

  /// The same; what would cost more than what the page shows is found in the column index, which is loaded if
  /// there is none. Nothing may have been read in the transaction before. Errors: `io`.
  result<job_page> page(const job_query& query, job_reader& jobs, index_cache& indexes);

private:
  /// Sources whose jobs are merged by time.
  using stratum = std::vector<job_source>;

  /// How a list is put together: strata one after another, each a merge.
  struct merge_plan {
    /// All that matches but for its state.
    std::vector<job_source> sources;
    time_bounds within;
    bool is_descending = true;
  };

  /// A walk along a source, some places at a time.
  struct walk {
    const job_source* of = nullptr;
    std::vector<job_place> ahead;
    std::size_t next = 0;
  };

  result<job_page> page(const job_query& query, const std::vector<job_source>& shelves,
                        job_reader& jobs);
  /// Brings the column index to the transaction's moment and answers with it.
  result<column_page> find_in(column_index& known, const missing_changes& missing,
                              const job_query& query);
  /// Loads a column index and answers with it, as of the moment of the transaction.
  result<column_page> load_and_find(const job_query& query, std::uint64_t number,
                                    index_cache& indexes);
  result<std::vector<job_source>> shelves_of(const job_query& query);
  /// The plan for a query, unless only a scan can answer it (see `can_merge`).
  result<std::optional<merge_plan>> merged(const job_query& query,
                                           const std::vector<job_source>& shelves);
  result<std::vector<job_source>> sources_of(const job_query& query);
  /// The strata that a page lies in, in order. `offset` becomes what to leave out of them.
  result<std::vector<stratum>> strata_of(const job_query& query, const merge_plan& plan,
                                         std::size_t& offset);
  result<std::vector<stratum>> named_strata(const job_query& query, facet by, std::size_t& offset);
  result<std::vector<std::int64_t>> rows_of_page(const job_query& query, const merge_plan& plan,
                                                 std::size_t size);
  result<void> merge(const stratum& sources, const merge_plan& plan, std::size_t& offset,
                     std::size_t size, std::vector<std::int64_t>& found);

  connection& db_;
  source_reader sources_;
  job_scan scan_;
  message_lister messages_;
  commit_probe commits_;
  statement shelves_of_kind_;
  statement shelves_of_organisation_;
  statement facets_of_name_;
  statement facets_of_part_;
};

} // namespace callboard::sqlite
