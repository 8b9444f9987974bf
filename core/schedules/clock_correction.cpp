#include "core/schedules/clock_correction.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "core/jobs/retry.hpp"
#include "core/schedules/schedule_draft.hpp"

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// Whether a job that has begun is due later: then the clock showed that, and its deadline is wrong, too.
bool has_deadline_ahead(const job& one, system_time now) {
  return one.spec->kind != job_kind::run && one.state != job_state::scheduled
         && one.spec->due_at > now;
}

std::shared_ptr<const job_spec> due_now(const job_spec& kept, system_time now) {
  auto made = std::make_shared<job_spec>(kept);
  made->due_at = now;
  made->expires_at = now + (kept.expires_at - kept.due_at);
  return made;
}

bool drop_times_ahead(std::vector<time_range>& catch_up, system_time now) {
  const auto is_ahead = [now](const time_range& one) { return one.after >= now; };
  auto is_changed = std::erase_if(catch_up, is_ahead) > 0;
  for (auto& one : catch_up)
    if (one.until > now) {
      one.until = now;
      is_changed = true;
    }
  return is_changed;
}

} // namespace

corrected_job correct_times(job_ptr record, const agent_retry& rules, system_time now) {
  corrected_job made{std::move(record)};
  const auto& kept = *made.record;
  const auto longest = longest_wait(*kept.spec, kept.retries, rules);
  made.is_deadline_new = has_deadline_ahead(kept, now);
  made.is_retry_new = kept.retry_at && *kept.retry_at - now > longest;
  if (!made.is_changed())
    return made;
  auto next = std::make_shared<job>(kept);
  ++next->version;
  next->updated_at = std::max(now, kept.updated_at);
  if (made.is_deadline_new)
    next->spec = due_now(*kept.spec, now);
  // How long it was to be, whatever the clock showed then.
  if (made.is_retry_new)
    next->retry_at = std::min(now + std::clamp(*kept.retry_at - kept.updated_at, 0ms, longest),
                              next->spec->expires_at);
  made.record = std::move(next);
  return made;
}

corrected_schedule correct_times(live_schedule job, system_time now) {
  if (!job.when)
    return {std::move(job)};
  auto when = job.when;
  const auto* grid = std::get_if<interval_timing>(when.get());
  const auto has_grid_ahead = grid && grid->start > now;
  if (has_grid_ahead)
    when = std::make_shared<const timing>(interval_timing{now, grid->interval});
  schedule_draft next{{job.record, when}};
  if (has_grid_ahead)
    next->grid_start = now;
  const auto has_catch_up_ahead = drop_times_ahead(next->catch_up, now);
  const auto due = next_due(*when, now);
  const auto is_next_new = job.record->next_run_at && due && *job.record->next_run_at > *due;
  if (is_next_new)
    next->next_run_at = due;
  if (!has_grid_ahead && !has_catch_up_ahead && !is_next_new)
    return {std::move(job)};
  return {std::move(next).done(), is_next_new};
}

system_time retention_start(const job& finished, system_time now) {
  const auto& spec = *finished.spec;
  const auto end = std::max(spec.expires_at, finished.finished_at.value_or(now));
  return std::min(end, now + std::max(spec.expires_at - spec.due_at, 0ms));
}

} // namespace callboard::core
