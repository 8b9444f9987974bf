#include "stores/sqlite/lists/message_lister.hpp"

#include "core/jobs/order.hpp"
#include "core/jobs/text_bytes.hpp"
#include "stores/sqlite/lists/merge_rule.hpp"
#include "stores/sqlite/lists/query_text.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace callboard::sqlite {

namespace {

bool has_bounds(const job_query& query) {
  return query.due_from || query.due_to || query.created_from || query.created_to;
}

/// The condition, but for the states.
void add_from_where(query_text& to, const job_query& query) {
  const auto created = bounds(query.created_from, query.created_to);
  to.add(" FROM messages INDEXED BY messages_by_creation WHERE created_at >= ?", created.from)
    .add(" AND created_at <= ?", created.to);
  if (!query.organisation.empty())
    to.add(" AND organisation = ?", std::string_view{query.organisation});
  if (query.due_from)
    to.add(" AND due_at >= ?", ms_of(*query.due_from));
  if (query.due_to)
    to.add(" AND due_at <= ?", ms_of(*query.due_to));
}

/// Empty for what all messages have in common.
std::string column_of(job_field by) {
  switch (by) {
    case job_field::created_at:
      return "created_at";
    case job_field::updated_at:
      return "updated_at";
    case job_field::due_at:
      return "due_at";
    case job_field::state:
      return rank_sql();
    case job_field::job_type_id:
    case job_field::channel_code:
      return {};
  }
  return {};
}

void add_order(query_text& to, const job_query& query) {
  const auto order = core::order_of(query);
  const std::string_view direction = order.front().is_descending ? " DESC" : "";
  bool is_by_creation = false;
  to.add(" ORDER BY ");
  for (const auto& step : order) {
    is_by_creation |= step.by == job_field::created_at;
    if (const auto column = column_of(step.by); !column.empty())
      to.add(column).add(step.is_descending ? " DESC, " : ", ");
  }
  if (!is_by_creation) // named twice, it would keep the index from giving the order
    to.add("created_at").add(direction).add(", ");
  to.add("id").add(direction);
}

/// Takes state and number from each row.
result<state_counts> take_counts(rows&& found) {
  state_counts counts{};
  auto ok = found.for_each([&](rows& row) {
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

} // namespace

message_lister::message_lister(connection& db)
  : db_{db},
    held_{db, "SELECT state, jobs FROM shelves WHERE kind = 0 AND organisation = ?1"},
    held_by_all_{db, "SELECT state, jobs FROM shelves WHERE kind = 0"} {
  // nop
}

result<job_page> message_lister::page(const job_query& query, job_reader& jobs) {
  const auto all = held(query);
  if (!all)
    return tl::unexpected(all.error());
  job_page page;
  page.total = sum_of(*all, {});
  if (has_filter(query))
    return page; // no message has a job type, a channel or tags
  const auto counts = has_bounds(query) ? matching(query) : *all;
  if (!counts)
    return tl::unexpected(counts.error());
  page.matching = sum_of(*counts, query.states);
  if (query.counts_states)
    page.by_state = *counts;
  if (query.offset >= page.matching)
    return page;
  const auto listed = rows_of_page(query);
  if (!listed)
    return tl::unexpected(listed.error());
  core::page_allowance allowed{query.text_bytes_max};
  for (const auto row : *listed) {
    auto read = jobs.listed(row);
    if (!read)
      return tl::unexpected(std::move(read.error()));
    if (auto ok = allowed.take(**read); !ok)
      return tl::unexpected(std::move(ok.error()));
    page.jobs.push_back(*std::move(read));
  }
  return page;
}

result<state_counts> message_lister::held(const job_query& query) {
  return take_counts(query.organisation.empty() ? held_by_all_.start()
                                                : held_.start(query.organisation));
}

result<state_counts> message_lister::matching(const job_query& query) {
  query_text made;
  made.add("SELECT state, count(*)");
  add_from_where(made, query);
  made.add(" GROUP BY state");
  statement counting{db_, std::move(made.sql)};
  return take_counts(counting.start_with(made.values));
}

result<std::vector<std::int64_t>> message_lister::rows_of_page(const job_query& query) {
  query_text made;
  made.add("SELECT job");
  add_from_where(made, query);
  if (!query.states.empty())
    made.add(" AND state IN (").add(list_of(query.states)).add(")");
  add_order(made, query);
  return page_of(db_, std::move(made), query);
}

} // namespace callboard::sqlite
