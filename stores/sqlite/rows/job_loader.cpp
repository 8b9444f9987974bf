#include "stores/sqlite/rows/job_loader.hpp"

#include "core/jobs/text_bytes.hpp"

#include <algorithm>
#include <tuple>

namespace callboard::sqlite {

namespace {

// Shelf by shelf of what is live, but for the agent jobs that are scheduled: they may be many, and have
// an index by the time that matters. Messages are not many, whatever their state.
constexpr auto live_sql
  = "SELECT jobs.job FROM shelves CROSS JOIN jobs INDEXED BY jobs_by_shelf "
    "ON jobs.kind = shelves.kind AND jobs.organisation = shelves.organisation "
    "AND jobs.state = shelves.state "
    "WHERE shelves.state < 3 AND shelves.kind <> 0 "
    "AND NOT (shelves.kind = 1 AND shelves.state = 0) UNION ALL "
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

/// The shelves know the organisations, so that none has to be looked for among the jobs.
constexpr auto count_delayed_sql
  = "SELECT organisation, (SELECT count(*) FROM jobs INDEXED BY jobs_by_due WHERE kind = 1 "
    "AND jobs.organisation = shelves.organisation AND state = 0 AND due_at >= ?1) "
    "FROM shelves WHERE kind = 1 AND state = 0";

} // namespace

job_loader::job_loader(connection& db)
  : live_{db, live_sql},
    last_ended_{db, last_ended_sql},
    last_ended_messages_{db, last_ended_messages_sql},
    scheduled_{db, scheduled_sql},
    count_delayed_{db, count_delayed_sql} {
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
  auto found = count_delayed_.start(due_from);
  const auto read = found.for_each([&counts](rows& row) {
    auto organisation = row.text();
    if (const auto count = row.size(); count > 0)
      counts.emplace(std::move(organisation), count);
  });
  if (!read)
    return tl::unexpected(read.error());
  if (auto sound = found.check(); !sound)
    return tl::unexpected(std::move(sound.error()));
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
