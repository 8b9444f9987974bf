#include "stores/sqlite/rows/job_loader.hpp"

#include "core/jobs/text_bytes.hpp"

#include <algorithm>
#include <tuple>

namespace callboard::sqlite {

namespace {

// Without the agent jobs that are due later: they may be many, and have an index by the time that matters.
// Messages are not many, whatever their state.
constexpr auto live_sql
  = "SELECT job FROM jobs INDEXED BY jobs_live WHERE state < 3 AND NOT (kind = 1 AND state = 0) "
    "UNION ALL "
    "SELECT job FROM jobs INDEXED BY jobs_scheduled WHERE kind = 1 AND state = 0 AND due_at < ?1 "
    "UNION ALL "
    "SELECT job FROM messages WHERE state < 3";

constexpr auto last_ended_sql
  = "SELECT job FROM jobs INDEXED BY jobs_by_end WHERE kind = ?1 AND finished_at >= "
    "(SELECT min(finished_at) FROM (SELECT finished_at FROM jobs INDEXED BY jobs_by_end "
    "WHERE kind = ?1 AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT ?2)) "
    "ORDER BY finished_at, id";

/// Reads all messages, of which there are hardly more than are wanted: so no index by their end has to
/// be kept.
constexpr auto last_ended_messages_sql
  = "SELECT job FROM messages WHERE finished_at >= "
    "(SELECT min(finished_at) FROM (SELECT finished_at FROM messages "
    "WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT ?1)) ORDER BY finished_at, id";

constexpr auto scheduled_sql
  = "SELECT job FROM jobs INDEXED BY jobs_scheduled WHERE kind = 1 AND state = 0 "
    "AND (due_at, id) >= (?1, ?2) AND due_at < ?3 ORDER BY due_at, id LIMIT ?4";

constexpr auto delayed_sql
  = "SELECT organisation, jobs FROM job_counts WHERE kind = 1 AND state = 0";

/// Looks at those that are due before the time: they are few, the others may be many.
constexpr auto due_sql = "SELECT organisation FROM jobs INDEXED BY jobs_scheduled "
                         "WHERE kind = 1 AND state = 0 AND due_at < ?1";

} // namespace

job_loader::job_loader(connection& db)
  : live_{db, live_sql},
    last_ended_{db, last_ended_sql},
    last_ended_messages_{db, last_ended_messages_sql},
    scheduled_{db, scheduled_sql},
    delayed_{db, delayed_sql},
    due_{db, due_sql} {
  // nop
}

result<std::vector<job_ptr>> job_loader::live(system_time due_before, job_reader& jobs) {
  auto live = read_all(live_.start(due_before), jobs);
  if (live)
    std::sort(live->begin(), live->end(), [](const job_ptr& left, const job_ptr& right) {
      return std::tie(left->spec->created_at, left->spec->id)
             < std::tie(right->spec->created_at, right->spec->id);
    });
  return live;
}

result<std::vector<job_ptr>> job_loader::finished(job_kind kind, std::size_t limit,
                                                  std::size_t text_bytes_max, job_reader& jobs) {
  const auto places = places_of(kind == job_kind::message ? last_ended_messages_.start(limit)
                                                          : last_ended_.start(kind, limit));
  if (!places)
    return tl::unexpected(places.error());
  // From the last one back, so that no more is read than is wanted.
  core::last_ended taken{limit, text_bytes_max};
  std::vector<job_ptr> ended;
  for (auto row = places->rbegin(); row != places->rend(); ++row) {
    auto read = jobs.listed(*row);
    if (!read)
      return tl::unexpected(std::move(read.error()));
    if (!taken.take(**read))
      break;
    ended.push_back(*std::move(read));
  }
  std::reverse(ended.begin(), ended.end());
  return ended;
}

result<std::vector<job_ptr>> job_loader::scheduled(const due_place& from, system_time until,
                                                   std::size_t limit, job_reader& jobs) {
  return read_all(scheduled_.start(from.due_at, from.id, until, limit), jobs);
}

result<std::map<std::string, std::size_t>> job_loader::count_delayed(system_time due_from) {
  std::map<std::string, std::size_t> counts;
  auto all = delayed_.start();
  auto read = all.for_each([&counts](rows& row) {
    auto organisation = row.text();
    counts.emplace(std::move(organisation), row.size());
  });
  if (!read)
    return tl::unexpected(std::move(read.error()));
  auto is_sound = true;
  auto due = due_.start(due_from);
  read = due.for_each([&](rows& row) {
    const auto of = counts.find(row.text());
    if (of == counts.end() || of->second == 0)
      is_sound = false;
    else
      --of->second;
  });
  if (!read)
    return tl::unexpected(std::move(read.error()));
  if (!is_sound)
    return damaged();
  std::erase_if(counts, [](const auto& of) { return of.second == 0; });
  return counts;
}

result<std::vector<std::int64_t>> job_loader::places_of(rows&& found) {
  std::vector<std::int64_t> places;
  if (auto ok = found.for_each([&](rows& row) { places.push_back(row.integer()); }); !ok)
    return tl::unexpected(std::move(ok.error()));
  return places;
}

result<std::vector<job_ptr>> job_loader::read_all(rows&& found, job_reader& jobs) {
  const auto places = places_of(std::move(found));
  if (!places)
    return tl::unexpected(places.error());
  std::vector<job_ptr> all;
  all.reserve(places->size());
  for (const auto row : *places) {
    auto read = jobs.listed(row);
    if (!read)
      return tl::unexpected(std::move(read.error()));
    all.push_back(*std::move(read));
  }
  return all;
}

} // namespace callboard::sqlite
