#include "stores/sqlite/rows/schedule_writer.hpp"

#include "stores/sqlite/file/time_ranges.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace callboard::sqlite {

namespace {

// In the order of `put`.
constexpr auto put_sql
  = "INSERT OR REPLACE INTO schedules (id, organisation, name, description, agent_id, schedule, "
    "every, payload, content, timezone, is_enabled, retries_max, retry_delay, retry_delay_max, "
    "retry_growth, retry_jitter, time_limit, overlap, missed, status, version, created_at, "
    "updated_at, grid_start, next_run_at, last_run_at, last_run, run_count, failure_count, "
    "missed_count, skipped_count, paused_at, waiting_for, made_up) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
    "?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)";

constexpr auto surplus_runs_sql
  = "SELECT id FROM (SELECT id, created_at FROM jobs INDEXED BY jobs_by_schedule "
    "WHERE schedule_id = ?1 AND state >= ?2 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3) "
    "ORDER BY created_at, id LIMIT ?4";

/// A member of the policy; nothing if there is no policy.
template <class T>
std::optional<T> of_policy(const std::optional<retry_policy>& policy, T retry_policy::*member) {
  return policy ? std::optional{(*policy).*member} : std::nullopt;
}

} // namespace

schedule_writer::schedule_writer(connection& db, job_writer& jobs)
  : jobs_{jobs},
    put_{db, put_sql},
    erase_{db, "DELETE FROM schedules WHERE id = ?1"},
    surplus_runs_{db, surplus_runs_sql} {
  // nop
}

result<void> schedule_writer::apply(const schedule_change& change) {
  if (change.record)
    return put(*change.record);
  if (auto ok = erase_.run(change.id); !ok)
    return ok;
  const auto erased
    = erase_runs(change.id, 0, static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()));
  if (!erased)
    return tl::unexpected(erased.error());
  return {};
}

result<void> schedule_writer::put(const scheduled_job& record) {
  const auto& what = *record.definition;
  return put_.run(
    record.id, record.organisation, what.name, what.description, what.agent_id, what.schedule,
    what.interval, what.payload, what.content, what.timezone, what.is_enabled,
    of_policy(what.retry, &retry_policy::retries_max), of_policy(what.retry, &retry_policy::delay),
    of_policy(what.retry, &retry_policy::delay_max), of_policy(what.retry, &retry_policy::growth),
    of_policy(what.retry, &retry_policy::jitter), what.time_limit, what.overlap, what.missed,
    record.status, record.version, record.created_at, record.updated_at, record.grid_start,
    record.next_run_at, record.last_run_at,
    record.last_run ? std::optional{record.last_run->spec->id} : std::nullopt, record.run_count,
    record.failure_count, record.missed_count, record.skipped_count, record.paused_at,
    record.waiting_for, to_text(record.catch_up));
}

result<std::vector<uuid>> schedule_writer::erase_runs(const uuid& schedule_id, std::size_t keep,
                                                      std::size_t limit) {
  std::vector<uuid> surplus;
  {
    auto found = surplus_runs_.start(schedule_id, job_state::completed, keep, limit);
    if (auto ok = found.for_each([&](rows& row) { surplus.push_back(row.id()); }); !ok)
      return tl::unexpected(std::move(ok.error()));
  }
  for (const auto& run : surplus)
    if (auto ok = jobs_.erase(run); !ok)
      return tl::unexpected(std::move(ok.error()));
  return surplus;
}

} // namespace callboard::sqlite
