#include "stores/sqlite/lists/job_source.hpp"

namespace callboard::sqlite {

namespace {

/// How a kind of source is read.
struct source_sql {
  /// The table, and its index if it is not the table itself.
  const char* table;
  /// What the jobs have in common: ?1 organisation, ?2 name, ?3 part, ?4 state, ?5 kind.
  const char* common;
  /// The time that they are ordered by; before creation and id if it is not the creation itself.
  const char* time;
};

constexpr std::array<source_sql, source_kind_count> sources{{
  {"jobs INDEXED BY jobs_by_shelf", "kind = ?5 AND organisation = ?1 AND state = ?4", "created_at"},
  {"jobs INDEXED BY jobs_by_type",
   "kind = 1 AND organisation = ?1 AND job_type_id = ?2 AND state = ?4", "created_at"},
  {"jobs INDEXED BY jobs_by_channel",
   "kind = 1 AND organisation = ?1 AND channel_code = ?2 AND job_type_id = ?3 AND state = ?4",
   "created_at"},
  {"tagged", "organisation = ?1 AND tag = ?2 AND state = ?4", "created_at"},
  {"jobs INDEXED BY jobs_by_due", "kind = 1 AND organisation = ?1 AND state = ?4", "due_at"},
  {"jobs INDEXED BY jobs_by_update", "kind = 1 AND organisation = ?1 AND state = ?4", "updated_at"},
}};

constexpr uuid least_id{};
constexpr uuid greatest_id{{255, 255, 255, 255, 255, 255, 255, 255, //
                            255, 255, 255, 255, 255, 255, 255, 255}};

const source_sql& sql_of(source_kind kind) {
  return sources[static_cast<std::size_t>(kind)];
}

std::string count_sql(const source_sql& of) {
  return std::string{"SELECT count(*) FROM "} + of.table + " WHERE " + of.common + " AND " + of.time
         + " BETWEEN ?6 AND ?7";
}

/// ?6 is the last time that counts; ?7, ?8 and ?9 are the place to go on from.
std::string walk_sql(const source_sql& of, bool is_descending) {
  const std::string time = of.time;
  const bool is_by_creation = time == "created_at";
  const std::string place = is_by_creation ? "(created_at, id)" : "(" + time + ", created_at, id)";
  const std::string from = is_by_creation ? "(?7, ?9)" : "(?7, ?8, ?9)";
  const std::string direction = is_descending ? " DESC" : "";
  auto sql = "SELECT " + time + ", created_at, id, job FROM " + of.table + " WHERE " + of.common
             + " AND " + time + (is_descending ? " >= ?6 AND " : " <= ?6 AND ") + place
             + (is_descending ? " < " : " > ") + from + " ORDER BY " + time + direction;
  if (!is_by_creation)
    sql += ", created_at" + direction;
  return sql + ", id" + direction + " LIMIT ?10";
}

} // namespace

job_place source_reader::before_all(const time_bounds& within, bool is_descending) noexcept {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
  // Nothing stands at these very places: no job has the least or the greatest id.
  return is_descending ? job_place{within.to, greatest, greatest_id, 0}
                       : job_place{within.from, least, least_id, 0};
}

result<std::size_t> source_reader::count(const job_source& from, const time_bounds& within) {
  auto& counting = counts_[static_cast<std::size_t>(from.from)];
  if (!counting)
    counting = std::make_unique<statement>(db_, count_sql(sql_of(from.from)));
  auto found = counting->start(from.organisation, from.name, from.part, from.state, from.kind,
                               within.from, within.to);
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  return found.size();
}

result<void> source_reader::read(const job_source& from, const time_bounds& within,
                                 bool is_descending, const job_place& after, std::size_t limit,
                                 std::vector<job_place>& to) {
  auto& walking = walks_[static_cast<std::size_t>(from.from)][is_descending ? 1 : 0];
  if (!walking)
    walking = std::make_unique<statement>(db_, walk_sql(sql_of(from.from), is_descending));
  auto found = walking->start(from.organisation, from.name, from.part, from.state, from.kind,
                              is_descending ? within.from : within.to, after.time, after.created_at,
                              after.id, limit);
  return found.for_each([&](rows& row) {
    auto& added = to.emplace_back();
    added.time = row.integer();
    added.created_at = row.integer();
    added.id = row.id();
    added.row = row.integer();
  });
}

} // namespace callboard::sqlite
