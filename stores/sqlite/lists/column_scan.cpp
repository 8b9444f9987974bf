#include "stores/sqlite/lists/column_scan.hpp"

#include "stores/sqlite/lists/column_order.hpp"
#include "stores/sqlite/lists/selection.hpp"

#include <algorithm>

namespace callboard::sqlite {

namespace {

/// If fewer of a block are left than one in this many, they are checked one by one.
constexpr std::size_t sparse = 8;

bool holds(const time_bounds& wanted, std::int64_t time) noexcept {
  // Without a branch.
  return (static_cast<unsigned>(time >= wanted.from) & static_cast<unsigned>(time <= wanted.to))
         != 0;
}

/// How a block lies to bounds.
enum class lies { outside, across, within };

lies compare(const time_column& column, const slot_block& of, const time_bounds& wanted) noexcept {
  const auto& [least, greatest] = column.range_of(of.begin);
  if (greatest < wanted.from || least > wanted.to)
    return lies::outside;
  return holds(wanted, least) && holds(wanted, greatest) ? lies::within : lies::across;
}

/// Marks what is wanted, its state apart. Returns how many these are.
std::size_t mark(selection& kept, const index_columns& jobs, const column_filter& wanted) {
  const auto& of = kept.block();
  const auto by_due = compare(jobs.due_at, of, wanted.due);
  const auto by_created = compare(jobs.created_at, of, wanted.created);
  if (by_due == lies::outside || by_created == lies::outside)
    return 0;
  kept.set_all();
  if (wanted.organisation)
    kept.keep_equal(jobs.organisation, *wanted.organisation);
  if (wanted.job_type)
    kept.keep_equal(jobs.job_type, *wanted.job_type);
  if (wanted.channel)
    kept.keep_equal(jobs.channel, *wanted.channel);
  // By value, so that the loops need not read again where the columns are.
  const auto is_due = [bounds = wanted.due, times = jobs.due_at.data() + of.begin](std::size_t i) {
    return holds(bounds, times[i]);
  };
  const auto is_created = [bounds = wanted.created, times = jobs.created_at.data() + of.begin](
                            std::size_t i) { return holds(bounds, times[i]); };
  const auto is_tagged = [sets = wanted.tag_sets ? wanted.tag_sets->look() : number_set::view{},
                          of_jobs = jobs.tag_set.data() + of.begin](std::size_t i) {
    return sets.contains(of_jobs[i]);
  };
  const auto is_sparse = kept.count() < of.size / sparse;
  const auto keep = [&](const auto& test) {
    if (is_sparse)
      kept.keep_each_if(test);
    else
      kept.keep_if(test);
  };
  if (by_due == lies::across)
    keep(is_due);
  if (by_created == lies::across)
    keep(is_created);
  if (wanted.tag_sets)
    keep(is_tagged);
  return kept.count();
}

void count_states(state_counts& to, const selection& kept, std::size_t count,
                  const index_columns& jobs) {
  const auto& of = kept.block();
  if (count < of.size / sparse) {
    kept.for_each(false, [&](std::size_t i) { ++to[jobs.state[of.begin + i]]; });
    return;
  }
  // Whatever is none of the others is of the last one.
  std::size_t others = 0;
  for (std::uint8_t state = 0; state < job_state_count - 1; ++state) {
    const auto found = kept.count_equal(jobs.state, state);
    to[state] += found;
    others += found;
  }
  to[job_state_count - 1] += count - others;
}

std::size_t keep_states(selection& kept, std::size_t count, const index_columns& jobs,
                        const column_filter& wanted) {
  auto is_less = false;
  for (std::uint8_t state = 0; state < job_state_count; ++state)
    if (wanted.states[state] == 0) {
      kept.keep_unequal(jobs.state, state);
      is_less = true;
    }
  return is_less ? kept.count() : count;
}

} // namespace

column_page search(const index_columns& jobs, const column_filter& wanted,
                   const std::vector<column_step>& order, std::size_t offset, std::size_t limit) {
  column_page page;
  const auto size = jobs.id.size();
  const auto end = offset >= size ? 0 : offset + std::min(limit, size - offset);
  // More than that are not wanted, and none beyond the last.
  first_places first{jobs, order, std::max<std::size_t>(end, 1)};
  const auto blocks = (size + column_block - 1) / column_block;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto begin = (first.is_backward() ? blocks - 1 - i : i) * column_block;
    selection kept{{begin, std::min(column_block, size - begin)}};
    auto count = mark(kept, jobs, wanted);
    if (count == 0)
      continue;
    if (wanted.counts_states)
      count_states(page.by_state, kept, count, jobs);
    count = keep_states(kept, count, jobs, wanted);
    page.matching += count;
    if (count > 0 && end > 0)
      first.offer(kept);
  }
  if (end > 0)
    for (const auto slot : first.take_from(offset))
      page.ids.push_back(jobs.id[slot]);
  return page;
}

} // namespace callboard::sqlite
