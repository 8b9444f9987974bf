#include "stores/sqlite/rows/schedule_reader.hpp"

#include "core/jobs/text_bytes.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace callboard::sqlite {

namespace {

// In the order of `take_schedule`.
constexpr auto all_sql
  = "SELECT id, organisation, name, description, agent_id, schedule, every, payload, content, "
    "timezone, is_enabled, retries_max, retry_delay, retry_delay_max, retry_growth, retry_jitter, "
    "time_limit, overlap, missed, status, version, created_at, updated_at, grid_start, "
    "next_run_at, "
    "last_run_at, last_run, run_count, failure_count, missed_count, skipped_count, paused_at, "
    "waiting_for, made_up FROM schedules ORDER BY id";

constexpr auto runs_sql = "SELECT job, state FROM jobs INDEXED BY jobs_by_schedule "
                          "WHERE schedule_id = ?1 ORDER BY created_at DESC, id DESC";

std::uint64_t count(rows& row) {
  return static_cast<std::uint64_t>(row.integer());
}

std::chrono::milliseconds span(rows& row) {
  return std::chrono::milliseconds{row.integer()};
}

std::optional<retry_policy> take_policy(rows& row) {
  constexpr int values = 5;
  if (row.is_null()) {
    row.skip(values);
    return std::nullopt;
  }
  retry_policy policy;
  policy.retries_max = row.count();
  policy.delay = span(row);
  policy.delay_max = span(row);
  policy.growth = row.one_of(backoff::exponential);
  policy.jitter = row.real();
  return policy;
}

std::shared_ptr<const schedule_definition> take_definition(rows& row) {
  auto what = std::make_shared<schedule_definition>();
  what->name = row.text();
  if (const auto description = row.optional_text())
    what->description = *description;
  what->agent_id = row.id();
  what->schedule = row.text();
  if (const auto interval = row.optional_integer())
    what->interval = std::chrono::milliseconds{*interval};
  what->payload = row.json();
  what->content = row.text();
  what->timezone = row.text();
  what->is_enabled = row.boolean();
  what->retry = take_policy(row);
  what->time_limit = span(row);
  what->overlap = row.one_of(overlap_policy::cancel);
  what->missed = row.one_of(missed_policy::all);
  return what;
}

} // namespace

stored_schedule take_schedule(rows& row) {
  stored_schedule made{std::make_shared<scheduled_job>(), {}};
  auto& record = *made.record;
  record.id = row.id();
  record.organisation = row.text();
  record.definition = take_definition(row);
  record.status = row.one_of(schedule_status::completed);
  record.version = count(row);
  record.created_at = row.time();
  record.updated_at = row.time();
  record.grid_start = row.time();
  record.next_run_at = row.optional_time();
  record.last_run_at = row.optional_time();
  made.last_run = row.id();
  record.run_count = count(row);
  record.failure_count = count(row);
  record.missed_count = count(row);
  record.skipped_count = count(row);
  record.paused_at = row.optional_time();
  record.waiting_for = row.optional_time();
  record.catch_up = row.time_ranges();
  return made;
}

job_ptr stand_in_for(const uuid& id) {
  auto spec = std::make_shared<job_spec>();
  spec->id = id;
  spec->kind = job_kind::run;
  auto made = std::make_shared<job>();
  made->spec = std::move(spec);
  return made;
}

schedule_reader::schedule_reader(connection& db) : all_{db, all_sql}, runs_{db, runs_sql} {
  // nop
}

result<std::vector<scheduled_job_ptr>> schedule_reader::all(job_reader& jobs) {
  std::vector<scheduled_job_ptr> made;
  const auto ok = each([&](const stored_schedule& stored) -> result<void> {
    if (!stored.last_run.is_nil()) {
      auto run = jobs.find(stored.last_run);
      if (!run)
        return tl::unexpected(std::move(run.error()));
      stored.record->last_run = *std::move(run);
    }
    made.push_back(stored.record);
    return {};
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return made;
}

result<void> schedule_reader::each(
  const std::function<result<void>(const stored_schedule&)>& take) {
  auto found = all_.start();
  for (;;) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      return {};
    const auto stored = take_schedule(found);
    if (auto ok = found.check(); !ok)
      return ok;
    if (auto ok = take(stored); !ok)
      return ok;
  }
}

result<std::vector<job_ptr>> schedule_reader::runs(const run_query& query, job_reader& jobs) {
  core::page_allowance allowed{query.text_bytes_max};
  std::vector<job_ptr> made;
  std::size_t finished = 0;
  auto found = runs_.start(query.schedule_id);
  while (made.size() < query.limit) {
    const auto is_there = found.next();
    if (!is_there)
      return tl::unexpected(is_there.error());
    if (!*is_there)
      break;
    const auto row = found.integer();
    const auto state = found.one_of(job_state::canceled);
    if (is_terminal(state) && ++finished > query.keep)
      continue;
    if (!query.states.empty()
        && std::find(query.states.begin(), query.states.end(), state) == query.states.end())
      continue;
    auto run = jobs.at(row);
    if (!run)
      return tl::unexpected(std::move(run.error()));
    if (!*run)
      return damaged();
    if (auto ok = allowed.take(**run); !ok)
      return tl::unexpected(std::move(ok.error()));
    made.push_back(*std::move(run));
  }
  return made;
}

} // namespace callboard::sqlite
