#include "stores/sqlite/lists/job_scan.hpp"

#include "core/jobs/order.hpp"
#include "core/jobs/text_bytes.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/lists/query_text.hpp"
#include "stores/sqlite/lists/time_bounds.hpp"

#include <string_view>
#include <utility>

namespace callboard::sqlite {

namespace {

/// A scan reads all places before a page: from here on a column index is quicker.
constexpr std::size_t cheap_offset_max = 2'000;

bool has_bounds(const job_query& query) {
  return query.due_from || query.due_to || query.created_from || query.created_to;
}

bool has_names(const job_query& query) {
  return query.job_type_id || query.channel_code || !query.tags.empty();
}

void add_from(query_text& to, const job_query& query) {
  if (query.kind == job_kind::message) {
    to.add(" FROM messages INDEXED BY messages_by_creation WHERE true");
    if (!query.organisation.empty())
      to.add(" AND organisation = ?", std::string_view{query.organisation});
    return;
  }
  to.add(" FROM jobs INDEXED BY jobs_by_creation WHERE kind = ?",
         static_cast<std::int64_t>(query.kind));
  // All organisations are named one by one, so that the index can be used all the same.
  if (query.organisation.empty())
    to.add(" AND organisation IN (SELECT organisation FROM job_counts WHERE kind = ?)",
           static_cast<std::int64_t>(query.kind));
  else
    to.add(" AND organisation = ?", std::string_view{query.organisation});
}

void add_tags(query_text& to, const std::vector<std::string>& tags) {
  to.add(" AND EXISTS (SELECT 1 FROM tags WHERE tags.job = jobs.job AND tag IN (");
  for (const auto& tag : tags)
    to.add(&tag == &tags.front() ? "?" : ", ?", std::string_view{tag});
  to.add("))");
}

/// The condition, without the states.
void add_condition(query_text& to, const job_query& query) {
  add_from(to, query);
  const auto created = bounds(query.created_from, query.created_to);
  to.add(" AND created_at >= ?", created.from).add(" AND created_at <= ?", created.to);
  if (query.due_from)
    to.add(" AND due_at >= ?", ms_of(*query.due_from));
  if (query.due_to)
    to.add(" AND due_at <= ?", ms_of(*query.due_to));
  if (query.job_type_id)
    to.add(" AND job_type_id = ?", std::string_view{*query.job_type_id});
  if (query.channel_code)
    to.add(" AND channel_code = ?", std::string_view{*query.channel_code});
  if (!query.tags.empty())
    add_tags(to, query.tags);
}

} // namespace

bool is_cheap_scan(const job_query& query) {
  const auto order = core::order_of(query);
  return !has_bounds(query) && !has_names(query) && query.states.empty()
         && !query.organisation.empty() && order.size() == 1
         && order.front().by == job_field::created_at && query.offset <= cheap_offset_max;
}

result<job_page> job_scan::page(const job_query& query, job_reader& jobs) {
  const auto all = held(query);
  if (!all)
    return tl::unexpected(all.error());
  job_page page;
  page.total = sum_of(*all, {});
  if (query.kind == job_kind::message && has_names(query))
    return page; // no message has any
  const auto counts = has_bounds(query) || has_names(query) ? matching(query) : *all;
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

result<state_counts> job_scan::matching(const job_query& query) {
  query_text made;
  // Counted here: grouping would sort all that is found.
  made.add("SELECT state");
  add_condition(made, query);
  statement asked{db_, std::move(made.sql)};
  state_counts counts{};
  auto found = asked.start_with(made.values);
  auto ok = found.for_each(
    [&counts](rows& row) { ++counts[static_cast<std::size_t>(row.one_of(job_state::canceled))]; });
  if (!ok)
    return tl::unexpected(std::move(ok.error()));
  return counts;
}

result<std::vector<std::int64_t>> job_scan::rows_of_page(const job_query& query) {
  query_text made;
  made.add("SELECT job");
  add_condition(made, query);
  if (!query.states.empty())
    made.add(" AND state IN (").add(list_of(query.states)).add(")");
  add_order(made, query);
  return page_of(db_, std::move(made), query);
}

} // namespace callboard::sqlite
