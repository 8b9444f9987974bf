#include "stores/sqlite/lists/kept_counts.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace callboard::sqlite {

kept_counts::kept_counts(connection& db)
  : of_organisation_{db, "SELECT state, jobs FROM job_counts "
                         "WHERE kind = ?1 AND organisation = ?2"},
    of_kind_{db, "SELECT state, jobs FROM job_counts WHERE kind = ?1"} {
  // nop
}

result<state_counts> kept_counts::of(const job_query& query) {
  auto found = query.organisation.empty() ? of_kind_.start(query.kind)
                                          : of_organisation_.start(query.kind, query.organisation);
  state_counts counts{};
  auto ok = found.for_each([&counts](rows& row) {
    const auto state = row.one_of(job_state::canceled);
    counts[static_cast<std::size_t>(state)] += row.size();
  });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return counts;
}

std::size_t sum_of(const state_counts& counts, const std::vector<job_state>& states) {
  if (states.empty())
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  std::size_t sum = 0;
  for (std::size_t state = 0; state < job_state_count; ++state)
    if (std::find(states.begin(), states.end(), static_cast<job_state>(state)) != states.end())
      sum += counts[state];
  return sum;
}

} // namespace callboard::sqlite
