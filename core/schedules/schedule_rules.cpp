#include "core/schedules/schedule_rules.hpp"

#include <algorithm>
#include <utility>

#include "core/schedules/catch_up.hpp"
#include "core/schedules/schedule_check.hpp"
#include "core/schedules/schedule_draft.hpp"

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// Drops what waits: it belongs to a timing that holds no more.
void drop_waiting(const schedule_draft& next) {
  if (std::exchange(next->waiting_for, std::nullopt))
    ++next->skipped_count;
  next->catch_up.clear();
}

schedule_step unchanged(const live_schedule& job) {
  return {job, std::nullopt, false};
}

bool is_in_past(const timing& when, system_time now) {
  const auto* date = std::get_if<dated_timing>(&when);
  return date && date->at <= now;
}

/// When a job is due; null if its time zone cannot be read.
result<std::shared_ptr<const timing>> future_timing(parsed_timing parsed, system_time grid_start,
                                                    system_time now) {
  auto when = timing_of(std::move(parsed), grid_start);
  if (!when)
    return nullptr;
  if (is_in_past(*when, now))
    return fail({{"/schedule", "must not be in the past"}});
  if (std::holds_alternative<dated_timing>(*when) && !next_due(*when, now))
    return fail({{"/schedule", "must be before the year 10000 in UTC"}});
  return when;
}

/// The zone that a job has; null if it cannot be read.
zone_ptr zone_of(const live_schedule& job, const zone_source& zones) {
  const auto* cron = std::get_if<cron_timing>(job.when.get());
  return cron ? cron->zone : zones.find(job.record->definition->timezone).value_or(nullptr);
}

/// The job is disabled: from when on times count as missed once it is enabled again.
system_time pause_begin(const scheduled_job& job, system_time now) {
  // What passed while its zone could not be read has not been looked at.
  return job.blocked_since ? std::min(now, *job.blocked_since - 1ms) : now;
}

/// The job has been enabled, or has another timing.
/// @param since when it was disabled, if it has the timing that it had then.
void go_on(const schedule_draft& next, const timing* when, std::optional<system_time> since,
           system_time now) {
  if (!when)
    return next.block(since.value_or(now) + 1ms, now);
  if (since)
    if (const auto first = next_due(*when, *since); first && *first <= now)
      miss(next, *when, *first, now);
  next.set_next(next_due(*when, now), now);
}

} // namespace

result<live_schedule> make_schedule(schedule_definition wanted, std::string organisation,
                                    const uuid& id, system_time now, const zone_source& zones) {
  auto parsed = validate(wanted, &zones);
  if (!parsed)
    return tl::unexpected(std::move(parsed.error()));
  return make_schedule(std::move(wanted), *std::move(parsed), std::move(organisation), id, now);
}

result<live_schedule> make_schedule(schedule_definition wanted, parsed_timing parsed,
                                    std::string organisation, const uuid& id, system_time now) {
  auto when = future_timing(std::move(parsed), now, now);
  if (!when)
    return tl::unexpected(std::move(when.error()));
  auto made = std::make_shared<scheduled_job>();
  made->id = id;
  made->organisation = std::move(organisation);
  made->definition = std::make_shared<const schedule_definition>(std::move(wanted));
  made->created_at = now;
  made->updated_at = now;
  made->grid_start = now;
  if (made->definition->is_enabled) {
    made->next_run_at = next_due(**when, now);
    made->status = made->next_run_at ? schedule_status::active : schedule_status::completed;
  } else {
    made->paused_at = now;
    made->status = schedule_status::paused;
  }
  return live_schedule{std::move(made), *std::move(when)};
}

schedule_step on_due(const live_schedule& job, std::size_t runs, system_time now) {
  const auto due = job.record->next_run_at;
  if (!job.when || !due || *due > now)
    return start_waiting(job, runs, now);
  schedule_draft next{job};
  if (now - *due > lateness_max) {
    miss(next, *job.when, *due, now);
    next.set_next(next_due(*job.when, now), now);
    return start_waiting(std::move(next).done(), runs, now);
  }
  next.set_next(next_due(*job.when, *due), now);
  schedule_step made;
  const auto policy = next->definition->overlap;
  // A run that waits for room is not going yet, but goes before this one.
  const auto is_busy = runs > 0 || next->waiting_for || !next->catch_up.empty();
  if (!is_busy || policy == overlap_policy::allow
      || (policy == overlap_policy::cancel && runs > 0)) {
    made.start = run_order{*due, run_trigger::schedule};
    made.cancels_runs = is_busy && policy == overlap_policy::cancel;
    next.count_start(now);
  } else if (policy == overlap_policy::queue && !next->waiting_for) {
    next->waiting_for = *due;
  } else {
    ++next->skipped_count;
  }
  made.next = std::move(next).done();
  return made;
}

schedule_step start_waiting(const live_schedule& job, std::size_t runs, system_time now) {
  if (runs > 0 || (job.record->catch_up.empty() && !job.record->waiting_for))
    return unchanged(job);
  // They go first, and which they are is not known while the job is blocked.
  if (!job.when && !job.record->catch_up.empty())
    return unchanged(job);
  schedule_draft next{job};
  schedule_step made;
  if (const auto time = take_catch_up(next->catch_up, *job.when))
    made.start = run_order{*time, run_trigger::missed};
  else if (next->waiting_for)
    made.start = run_order{*std::exchange(next->waiting_for, std::nullopt), run_trigger::schedule};
  if (made.start)
    next.count_start(now);
  made.next = std::move(next).done();
  return made;
}

schedule_step start_manual(const live_schedule& job, system_time now) {
  schedule_draft next{job};
  next.count_start(now);
  return {std::move(next).done(), run_order{now, run_trigger::manual}, false};
}

live_schedule on_run_ended(const live_schedule& job, const job_ptr& run) {
  schedule_draft next{job};
  if (run->state == job_state::failed || run->state == job_state::timeout)
    ++next->failure_count;
  next->last_run = run;
  return std::move(next).done();
}

live_schedule postpone(const live_schedule& before, schedule_step refused) {
  schedule_draft next{refused.next};
  --next->run_count;
  next->last_run_at = before.record->last_run_at;
  if (refused.start->trigger == run_trigger::missed) {
    put_back_catch_up(next->catch_up, refused.start->scheduled_at);
  } else if (!next->waiting_for) {
    next->waiting_for = refused.start->scheduled_at;
  } else {
    ++next->skipped_count;
  }
  return std::move(next).done();
}

result<live_schedule> edit(const live_schedule& job, schedule_definition wanted, system_time now,
                           const zone_source& zones) {
  const auto& old = *job.record->definition;
  if (wanted == old)
    return job;
  const auto is_new_zone = wanted.timezone != old.timezone;
  auto parsed = validate(wanted, is_new_zone ? &zones : nullptr);
  if (!parsed)
    return tl::unexpected(std::move(parsed.error()));
  const auto is_new_grid = wanted.schedule != old.schedule || wanted.interval != old.interval;
  const auto is_new_timing = is_new_grid || is_new_zone;
  const auto grid_start = is_new_grid ? now : job.record->grid_start;
  auto when = job.when;
  if (is_new_timing) {
    if (!parsed->zone && needs_zone(parsed->rule))
      parsed->zone = zone_of(job, zones);
    auto changed = future_timing(*std::move(parsed), grid_start, now);
    if (!changed)
      return tl::unexpected(std::move(changed.error()));
    when = *std::move(changed);
  }
  const auto was_enabled = old.is_enabled;
  const auto version = job.record->version + 1;
  schedule_draft next{{job.record, when}};
  next->definition = std::make_shared<const schedule_definition>(std::move(wanted));
  next->grid_start = grid_start;
  const auto is_enabled = next->definition->is_enabled;
  if (is_new_timing || (was_enabled && !is_enabled))
    drop_waiting(next);
  if (!is_enabled) {
    if (is_new_timing || was_enabled)
      next->paused_at = is_new_timing ? now : pause_begin(*next, now);
    next.set_next(std::nullopt, now);
  } else if (is_new_timing || !was_enabled) {
    const auto since = std::exchange(next->paused_at, std::nullopt);
    go_on(next, when.get(), is_new_timing ? std::nullopt : since, now);
  }
  next->version = version;
  next->updated_at = now;
  return std::move(next).done();
}

} // namespace callboard::core
