#include "stores/sqlite/lists/job_lister.hpp"

#include "core/jobs/order.hpp"
#include "core/jobs/text_bytes.hpp"
#include "stores/sqlite/lists/merge_rule.hpp"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>
#include <utility>

namespace callboard::sqlite {

namespace {

/// Most places that are read at a time: 12 KB each source.
constexpr std::size_t look_ahead_max = 256;
/// Merges read all places before a page; from here on a column index is quicker.
constexpr std::size_t merged_offset_max = 2'000;

/// Whether a merge finds the page at the cost of what it shows.
bool is_cheap_merge(const job_query& query) {
  return can_merge(query, core::order_of(query).front()) && !query.due_from && !query.due_to
         && !query.created_from && !query.created_to && query.offset <= merged_offset_max;
}

bool is_wanted(const job_query& query, job_state state) {
  return query.states.empty()
         || std::find(query.states.begin(), query.states.end(), state) != query.states.end();
}

result<std::vector<job_ptr>> read_all(job_reader& jobs, const std::vector<std::int64_t>& places,
                                      std::size_t text_bytes_max) {
  core::page_allowance allowed{text_bytes_max};
  std::vector<job_ptr> all;
  all.reserve(places.size());
  for (const auto row : places) {
    auto found = jobs.listed(row);
    if (!found)
      return tl::unexpected(std::move(found.error()));
    if (auto ok = allowed.take(**found); !ok)
      return tl::unexpected(std::move(ok.error()));
    all.push_back(*std::move(found));
  }
  return all;
}

/// Takes name, part, state and jobs of a facet.
job_source take_facet(rows& row, source_kind from, const std::string& organisation) {
  job_source made;
  made.from = from;
  made.kind = job_kind::agent;
  made.organisation = organisation;
  made.name = row.text();
  made.part = row.text();
  made.state = row.one_of(job_state::canceled);
  made.size = row.size();
  return made;
}

std::size_t sum_of(const std::vector<job_source>& sources) {
  std::size_t sum = 0;
  for (const auto& each : sources)
    sum += each.size;
  return sum;
}

} // namespace

job_lister::job_lister(connection& db)
  : db_{db},
    sources_{db},
    scan_{db},
    messages_{db},
    commits_{db},
    shelves_of_kind_{db, "SELECT kind, organisation, state, jobs FROM shelves WHERE kind = ?1"},
    shelves_of_organisation_{db, "SELECT kind, organisation, state, jobs FROM shelves "
                                 "WHERE kind = ?1 AND organisation = ?2"},
    facets_of_name_{db, "SELECT name, part, state, jobs FROM facets "
                        "WHERE organisation = ?1 AND facet = ?2 AND name = ?3"},
    facets_of_part_{db, "SELECT name, part, state, jobs FROM facets WHERE organisation = ?1 "
                        "AND facet = ?2 AND name = ?3 AND part = ?4"} {
  // nop
}

result<job_page> job_lister::page(const job_query& query, job_reader& jobs) {
  if (query.kind == job_kind::message)
    return messages_.page(query, jobs);
  const auto shelves = shelves_of(query);
  if (!shelves)
    return tl::unexpected(shelves.error());
  return page(query, *shelves, jobs);
}

result<job_page> job_lister::page(const job_query& query, job_reader& jobs, index_cache& indexes) {
  if (query.kind != job_kind::agent || is_cheap_merge(query))
    return page(query, jobs);
  auto turn = indexes.take_turn();
  auto held = indexes.hold_commits();
  // With this the moment of the transaction begins.
  const auto shelves = shelves_of(query);
  if (!shelves)
    return tl::unexpected(shelves.error());
  const auto total = sum_of(*shelves);
  auto* known = indexes.is_for(total) ? indexes.current() : nullptr;
  const auto loading = indexes.is_for(total) && !known ? indexes.begin_loading() : std::nullopt;
  const auto missing = known ? indexes.take_missing() : missing_changes{};
  held.unlock();
  auto found = known ? find_in(*known, missing, query) : result<column_page>{};
  turn.unlock();
  if (!known && !loading)
    return page(query, *shelves, jobs);
  if (loading)
    found = load_and_find(query, *loading, indexes);
  if (!found)
    return tl::unexpected(std::move(found.error()));
  job_page made{.jobs = {}, .total = total, .matching = found->matching, .by_state = {}};
  if (query.counts_states)
    made.by_state = found->by_state;
  core::page_allowance allowed{query.text_bytes_max};
  for (const auto& id : found->ids) {
    auto one = jobs.find(id);
    if (!one)
      return tl::unexpected(std::move(one.error()));
    if (!*one)
      return damaged();
    if (auto ok = allowed.take(**one); !ok)
      return tl::unexpected(std::move(ok.error()));
    made.jobs.push_back(*std::move(one));
  }
  return made;
}

result<column_page> job_lister::find_in(column_index& known, const missing_changes& missing,
                                        const job_query& query) {
  for (const auto& each : missing.committed)
    known.apply(each);
  const auto is_seen = commits_.has_seen(missing.under_way);
  if (!is_seen)
    return tl::unexpected(is_seen.error());
  if (*is_seen)
    known.apply(missing.under_way);
  return known.find(query);
}

result<column_page> job_lister::load_and_find(const job_query& query, std::uint64_t number,
                                              index_cache& indexes) {
  auto loaded = column_index::load(db_);
  if (!loaded) {
    indexes.end_loading(number, nullptr);
    return tl::unexpected(std::move(loaded.error()));
  }
  auto found = (*loaded)->find(query);
  indexes.end_loading(number, *std::move(loaded));
  return found;
}

result<job_page> job_lister::page(const job_query& query, const std::vector<job_source>& shelves,
                                  job_reader& jobs) {
  const auto plan = merged(query, shelves);
  if (!plan)
    return tl::unexpected(plan.error());
  job_page page;
  page.total = sum_of(shelves);
  auto counts = state_counts{};
  if (*plan) {
    for (const auto& each : (*plan)->sources)
      counts[static_cast<std::size_t>(each.state)] += each.size;
  } else {
    std::vector<job_state> states;
    for (std::size_t state = 0; state < job_state_count; ++state)
      if (query.counts_states || is_wanted(query, static_cast<job_state>(state)))
        states.push_back(static_cast<job_state>(state));
    const auto scanned = scan_.count(query, states);
    if (!scanned)
      return tl::unexpected(scanned.error());
    counts = *scanned;
  }
  for (std::size_t state = 0; state < job_state_count; ++state)
    if (is_wanted(query, static_cast<job_state>(state)))
      page.matching += counts[state];
  if (query.counts_states)
    page.by_state = counts;
  if (query.offset >= page.matching)
    return page;
  const auto size = std::min(query.limit, page.matching - query.offset);
  const auto listed = *plan ? rows_of_page(query, **plan, size) : scan_.rows_of_page(query);
  if (!listed)
    return tl::unexpected(listed.error());
  auto read = read_all(jobs, *listed, query.text_bytes_max);
  if (!read)
    return tl::unexpected(std::move(read.error()));
  page.jobs = *std::move(read);
  return page;
}

result<std::vector<job_source>> job_lister::shelves_of(const job_query& query) {
  auto found = query.organisation.empty()
                 ? shelves_of_kind_.start(query.kind)
                 : shelves_of_organisation_.start(query.kind, query.organisation);
  std::vector<job_source> shelves;
  auto ok = found.for_each([&](rows& row) {
    auto& added = shelves.emplace_back();
    added.kind = row.one_of(job_kind::run);
    added.organisation = row.text();
    added.state = row.one_of(job_state::canceled);
    added.size = row.size();
  });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return shelves;
}

result<std::optional<job_lister::merge_plan>> job_lister::merged(
  const job_query& query, const std::vector<job_source>& shelves) {
  const auto order = core::order_of(query).front();
  if (!can_merge(query, order))
    return std::nullopt;
  merge_plan plan;
  plan.is_descending = order.is_descending;
  if (has_filter(query)) {
    auto found = sources_of(query);
    if (!found)
      return tl::unexpected(std::move(found.error()));
    plan.sources = *std::move(found);
  } else {
    plan.sources = shelves;
  }
  if (order.by == job_field::due_at || order.by == job_field::updated_at)
    for (auto& each : plan.sources)
      each.from = order.by == job_field::due_at ? source_kind::due : source_kind::update;
  plan.within = order.by == job_field::due_at ? bounds(query.due_from, query.due_to)
                                              : bounds(query.created_from, query.created_to);
  if (!plan.within.are_open())
    for (auto& each : plan.sources) {
      const auto size = sources_.count(each, plan.within);
      if (!size)
        return tl::unexpected(size.error());
      each.size = *size;
    }
  return plan;
}

result<std::vector<job_source>> job_lister::sources_of(const job_query& query) {
  const auto by = query.channel_code   ? facet::channel
                  : query.tags.empty() ? facet::job_type
                                       : facet::tag;
  constexpr std::array kinds{source_kind::job_type, source_kind::channel, source_kind::tag};
  const auto& name = by == facet::channel ? *query.channel_code
                     : by == facet::tag   ? query.tags.front()
                                          : *query.job_type_id;
  std::vector<job_source> sources;
  auto found = by == facet::channel && query.job_type_id
                 ? facets_of_part_.start(query.organisation, by, name, *query.job_type_id)
                 : facets_of_name_.start(query.organisation, by, name);
  auto ok = found.for_each([&](rows& row) {
    sources.push_back(take_facet(row, kinds[static_cast<std::size_t>(by)], query.organisation));
  });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return sources;
}

result<std::vector<job_lister::stratum>> job_lister::strata_of(const job_query& query,
                                                               const merge_plan& plan,
                                                               std::size_t& offset) {
  const auto by = core::order_of(query).front().by;
  if (by == job_field::channel_code && !query.channel_code)
    return named_strata(query, facet::channel, offset);
  if (by == job_field::job_type_id && !query.channel_code && !query.job_type_id)
    return named_strata(query, facet::job_type, offset);
  std::vector<stratum> strata;
  if (by == job_field::state) {
    strata.resize(core::state_rank_count);
    for (const auto& each : plan.sources)
      if (is_wanted(query, each.state))
        strata[core::state_rank(each.state)].push_back(each);
    if (plan.is_descending)
      std::reverse(strata.begin(), strata.end());
    return strata;
  }
  // The sources of a channel come by their job types.
  for (const auto& each : plan.sources) {
    if (!is_wanted(query, each.state))
      continue;
    const auto is_next
      = strata.empty() || (by == job_field::job_type_id && strata.back().front().part != each.part);
    if (is_next)
      strata.emplace_back();
    strata.back().push_back(each);
  }
  if (by == job_field::job_type_id && plan.is_descending)
    std::reverse(strata.begin(), strata.end());
  return strata;
}

result<std::vector<job_lister::stratum>> job_lister::named_strata(const job_query& query, facet by,
                                                                  std::size_t& offset) {
  const auto is_descending = core::order_of(query).front().is_descending;
  const auto has_part = by == facet::channel && query.job_type_id;
  statement named{db_, std::string{"SELECT name, part, state, jobs FROM facets "
                                   "WHERE organisation = ?1 AND facet = ?2 AND ?3 IN ('', part) "
                                   "ORDER BY name"}
                         + (is_descending ? " DESC" : "")};
  const auto from = by == facet::channel ? source_kind::channel : source_kind::job_type;
  auto found = named.start(query.organisation, by,
                           has_part ? std::string_view{*query.job_type_id} : std::string_view{});
  std::vector<stratum> strata;
  std::size_t covered = 0;
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return strata;
    auto each = take_facet(found, from, query.organisation);
    if (!is_wanted(query, each.state))
      continue;
    if (strata.empty() || strata.back().front().name != each.name) {
      if (!strata.empty() && covered <= offset) {
        // All of it lies before the page.
        offset -= covered;
        covered = 0;
        strata.clear();
      }
      if (covered >= offset + query.limit)
        return strata;
      strata.emplace_back();
    }
    covered += each.size;
    strata.back().push_back(std::move(each));
  }
}

result<std::vector<std::int64_t>> job_lister::rows_of_page(const job_query& query,
                                                           const merge_plan& plan,
                                                           std::size_t size) {
  auto offset = query.offset;
  const auto strata = strata_of(query, plan, offset);
  if (!strata)
    return tl::unexpected(strata.error());
  std::vector<std::int64_t> found;
  for (const auto& each : *strata) {
    if (found.size() == size)
      break;
    const auto holds = sum_of(each);
    if (offset >= holds) {
      offset -= holds;
      continue;
    }
    if (auto ok = merge(each, plan, offset, size, found); !ok)
      return tl::unexpected(std::move(ok.error()));
    offset = 0;
  }
  if (found.size() != size)
    return damaged();
  return found;
}

result<void> job_lister::merge(const stratum& sources, const merge_plan& plan, std::size_t& offset,
                               std::size_t size, std::vector<std::int64_t>& found) {
  std::vector<walk> walks;
  walks.reserve(sources.size());
  const auto comes_later = [&](const walk* left, const walk* right) {
    const auto& a = left->ahead[left->next];
    const auto& b = right->ahead[right->next];
    const auto of_a = std::tie(a.time, a.created_at, a.id);
    const auto of_b = std::tie(b.time, b.created_at, b.id);
    return plan.is_descending ? of_a < of_b : of_b < of_a;
  };
  std::priority_queue<walk*, std::vector<walk*>, decltype(comes_later)> next{comes_later};
  const auto count = std::min(offset + size - found.size(), look_ahead_max);
  const auto go_on = [&](walk& on) -> result<void> {
    if (on.next == on.ahead.size()) {
      const auto last = on.ahead.empty()
                          ? source_reader::before_all(plan.within, plan.is_descending)
                          : on.ahead.back();
      on.ahead.clear();
      on.next = 0;
      if (auto ok = sources_.read(*on.of, plan.within, plan.is_descending, last, count, on.ahead);
          !ok)
        return ok;
    }
    if (!on.ahead.empty())
      next.push(&on);
    return {};
  };
  for (const auto& each : sources)
    if (auto ok = go_on(walks.emplace_back(walk{&each, {}, 0})); !ok)
      return ok;
  for (std::size_t position = 0; found.size() < size && !next.empty(); ++position) {
    auto& on = *next.top();
    next.pop();
    if (position >= offset)
      found.push_back(on.ahead[on.next].row);
    ++on.next;
    if (auto ok = go_on(on); !ok)
      return ok;
  }
  return {};
}

} // namespace callboard::sqlite
