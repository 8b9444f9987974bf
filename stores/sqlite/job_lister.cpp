#include "stores/sqlite/job_lister.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <queue>
#include <tuple>

namespace callboard::sqlite {

namespace {

/// Most places that are read at a time: 10 KB each shelf.
constexpr std::size_t look_ahead_max = 256;

constexpr auto places_before_sql
  = "SELECT created_at, id, job FROM jobs INDEXED BY jobs_by_shelf "
    "WHERE kind = ?1 AND organisation = ?2 AND state = ?3 AND (created_at, id) < (?4, ?5) "
    "ORDER BY created_at DESC, id DESC LIMIT ?6";

constexpr auto rows_of_shelf_sql = "SELECT job FROM jobs INDEXED BY jobs_by_shelf "
                                   "WHERE kind = ?1 AND organisation = ?2 AND state = ?3";

constexpr auto last_ended_sql
  = "SELECT job FROM jobs INDEXED BY jobs_by_end WHERE kind = ?1 AND finished_at >= "
    "(SELECT min(finished_at) FROM (SELECT finished_at FROM jobs INDEXED BY jobs_by_end "
    "WHERE kind = ?1 AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT ?2)) "
    "ORDER BY finished_at, id";

/// A place that is newer than all jobs.
constexpr auto newest_time = std::numeric_limits<std::int64_t>::max();
constexpr uuid newest_id{{255, 255, 255, 255, 255, 255, 255, 255, //
                          255, 255, 255, 255, 255, 255, 255, 255}};

result<job_ptr> read_listed(job_reader& jobs, std::int64_t row) {
  auto found = jobs.at(row);
  if (found && !*found)
    return damaged();
  return found;
}

result<std::vector<job_ptr>> read_all(job_reader& jobs, const std::vector<std::int64_t>& places) {
  std::vector<job_ptr> all;
  all.reserve(places.size());
  for (const auto row : places) {
    auto found = read_listed(jobs, row);
    if (!found)
      return tl::unexpected(std::move(found.error()));
    all.push_back(*std::move(found));
  }
  return all;
}

} // namespace

job_lister::job_lister(connection& db)
  : shelves_of_kind_{db, "SELECT kind, organisation, state, jobs FROM shelves WHERE kind = ?1"},
    shelves_of_organisation_{db, "SELECT kind, organisation, state, jobs FROM shelves "
                                 "WHERE kind = ?1 AND organisation = ?2"},
    live_shelves_{db, "SELECT kind, organisation, state, jobs FROM shelves WHERE state < ?1"},
    places_before_{db, places_before_sql},
    rows_of_shelf_{db, rows_of_shelf_sql},
    last_ended_{db, last_ended_sql} {
  // nop
}

result<job_page> job_lister::page(const job_query& query, job_reader& jobs) {
  const auto shelves = read_shelves(
    query.organisation.empty() ? shelves_of_kind_.start(query.kind)
                               : shelves_of_organisation_.start(query.kind, query.organisation));
  if (!shelves)
    return tl::unexpected(shelves.error());
  job_page page;
  std::vector<const shelf*> wanted;
  for (const auto& held : *shelves) {
    page.total += held.size;
    const auto is_wanted
      = query.states.empty()
        || std::find(query.states.begin(), query.states.end(), held.state) != query.states.end();
    if (!is_wanted)
      continue;
    page.matching += held.size;
    wanted.push_back(&held);
  }
  if (query.offset >= page.matching)
    return page;

  const auto size = std::min(query.limit, page.matching - query.offset);
  const auto listed = rows_of_page(wanted, query, size);
  if (!listed)
    return tl::unexpected(listed.error());
  auto read = read_all(jobs, *listed);
  if (!read)
    return tl::unexpected(std::move(read.error()));
  page.jobs = *std::move(read);
  return page;
}

result<std::vector<std::int64_t>> job_lister::rows_of_page(const std::vector<const shelf*>& wanted,
                                                           const job_query& query,
                                                           std::size_t size) {
  std::vector<walk> walks;
  walks.reserve(wanted.size());
  const auto is_older = [](const walk* left, const walk* right) {
    const auto& a = left->ahead[left->next];
    const auto& b = right->ahead[right->next];
    return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
  };
  std::priority_queue<walk*, std::vector<walk*>, decltype(is_older)> newest{is_older};
  const auto count = std::min(query.offset + size, look_ahead_max);
  const auto go_on = [&](walk& on) -> result<void> {
    if (on.next == on.ahead.size())
      if (auto ok = look_ahead(on, count); !ok)
        return ok;
    if (!on.ahead.empty())
      newest.push(&on);
    return {};
  };

  for (const auto* held : wanted)
    if (auto ok = go_on(walks.emplace_back(walk{held, {}, 0})); !ok)
      return tl::unexpected(std::move(ok.error()));
  std::vector<std::int64_t> found;
  for (std::size_t position = 0; found.size() < size; ++position) {
    if (newest.empty())
      return damaged();
    auto& on = *newest.top();
    newest.pop();
    if (position >= query.offset)
      found.push_back(on.ahead[on.next].row);
    ++on.next;
    if (auto ok = go_on(on); !ok)
      return tl::unexpected(std::move(ok.error()));
  }
  return found;
}

result<void> job_lister::look_ahead(walk& on, std::size_t count) {
  const auto last = on.ahead.empty() ? place{newest_time, newest_id, 0} : on.ahead.back();
  on.ahead.clear();
  on.next = 0;
  auto found = places_before_.start(on.of->kind, on.of->organisation, on.of->state, last.created_at,
                                    last.id, count);
  return found.for_each([&](rows& row) {
    auto& added = on.ahead.emplace_back();
    added.created_at = row.integer();
    added.id = row.id();
    added.row = row.integer();
  });
}

result<std::vector<job_ptr>> job_lister::live(job_reader& jobs) {
  const auto shelves = read_shelves(live_shelves_.start(job_state::completed));
  if (!shelves)
    return tl::unexpected(shelves.error());
  std::vector<std::int64_t> all;
  for (const auto& held : *shelves)
    if (auto ok = append_rows(held, all); !ok)
      return tl::unexpected(std::move(ok.error()));
  auto live = read_all(jobs, all);
  if (live)
    std::sort(live->begin(), live->end(), [](const job_ptr& left, const job_ptr& right) {
      return std::tie(left->spec->created_at, left->spec->id)
             < std::tie(right->spec->created_at, right->spec->id);
    });
  return live;
}

result<std::vector<job_ptr>> job_lister::finished(job_kind kind, std::size_t limit,
                                                  job_reader& jobs) {
  std::vector<std::int64_t> all;
  auto found = last_ended_.start(kind, limit);
  if (auto ok = found.for_each([&](rows& row) { all.push_back(row.integer()); }); !ok)
    return tl::unexpected(std::move(ok.error()));
  return read_all(jobs, all);
}

result<void> job_lister::append_rows(const shelf& of, std::vector<std::int64_t>& all) {
  auto found = rows_of_shelf_.start(of.kind, of.organisation, of.state);
  return found.for_each([&](rows& row) { all.push_back(row.integer()); });
}

result<std::vector<job_lister::shelf>> job_lister::read_shelves(rows found) {
  std::vector<shelf> shelves;
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

} // namespace callboard::sqlite
