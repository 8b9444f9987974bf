#include "stores/sqlite/lists/job_lister.hpp"

#include "core/jobs/text_bytes.hpp"

#include <utility>

namespace callboard::sqlite {

namespace {

/// Reads the jobs that an index has found. Errors: `capacity`, `io`.
result<std::vector<job_ptr>> read_all(const std::vector<uuid>& ids, std::size_t text_bytes_max,
                                      job_reader& jobs) {
  core::page_allowance allowed{text_bytes_max};
  std::vector<job_ptr> all;
  all.reserve(ids.size());
  for (const auto& id : ids) {
    auto one = jobs.find(id);
    if (!one)
      return tl::unexpected(std::move(one.error()));
    if (!*one)
      return damaged();
    if (auto ok = allowed.take(**one); !ok)
      return tl::unexpected(std::move(ok.error()));
    all.push_back(*std::move(one));
  }
  return all;
}

} // namespace

result<std::optional<job_page>> job_lister::find(const job_query& query, job_reader& jobs,
                                                 index_cache& indexes) {
  if (query.kind != job_kind::agent || is_cheap_scan(query))
    return scan_.page(query, jobs);
  auto turn = indexes.take_turn();
  auto held = indexes.hold_commits();
  // With this the moment of the transaction begins.
  const auto counts = scan_.held(query);
  if (!counts)
    return tl::unexpected(counts.error());
  const auto total = sum_of(*counts, {});
  auto* const index = indexes.is_for(total) ? indexes.current() : nullptr;
  const auto missing = index ? indexes.take_missing() : missing_changes{};
  held.unlock();
  if (!index) {
    turn.unlock();
    if (indexes.is_for(total))
      return std::nullopt;
    return scan_.page(query, jobs);
  }
  auto found = find_in(*index, missing, query);
  turn.unlock();
  if (!found)
    return tl::unexpected(std::move(found.error()));
  job_page made{.jobs = {}, .total = total, .matching = found->matching, .by_state = {}};
  if (query.counts_states)
    made.by_state = found->by_state;
  auto read = read_all(found->ids, query.text_bytes_max, jobs);
  if (!read)
    return tl::unexpected(std::move(read.error()));
  made.jobs = *std::move(read);
  return made;
}

result<column_page> job_lister::find_in(column_index& index, const missing_changes& missing,
                                        const job_query& query) {
  for (const auto& each : missing.committed)
    index.apply(each);
  const auto is_seen = commits_.has_seen(missing.under_way);
  if (!is_seen)
    return tl::unexpected(is_seen.error());
  if (*is_seen)
    index.apply(missing.under_way);
  return index.find(query);
}

} // namespace callboard::sqlite
