#include "core/schedule_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/made_up.hpp"
#include "core/schedule_check.hpp"

namespace callboard::core {

using namespace std::chrono_literals;

namespace {

/// Clocks are set back by an hour or two when people think that daylight saving time has ended. What was
/// run is not run again then; beyond that the clock was wrong before.
constexpr std::chrono::hours rerun_after{3};

/// A private copy of a record that becomes the next one.
class draft {
public:
  explicit draft(const live_schedule& before)
    : when_(before.when), record_(std::make_shared<scheduled_job>(*before.record)) {
    // nop
  }

  scheduled_job& operator*() const {
    return *record_;
  }
  scheduled_job* operator->() const {
    return record_.get();
  }

  void count_start(system_time now) const {
    ++record_->run_count;
    record_->last_run_at = now;
  }

  /// Sets when it is due next, and the status that goes with it.
  void set_next(std::optional<system_time> next, system_time now) const {
    record_->next_run_at = next;
    auto status = next ? schedule_status::active : schedule_status::completed;
    if (!record_->definition->is_enabled)
      status = schedule_status::paused;
    if (status == record_->status)
      return;
    record_->status = status;
    ++record_->version;
    record_->updated_at = now;
  }

  live_schedule done() && {
    return {std::move(record_), std::move(when_)};
  }

private:
  std::shared_ptr<const schedule> when_;
  std::shared_ptr<scheduled_job> record_;
};

/// How many times lie in [first, until].
/// @param first one of them.
std::uint64_t count_times(const schedule& when, system_time first, system_time until) {
  const auto limit = std::holds_alternative<interval_schedule>(when)
                       ? std::numeric_limits<std::uint64_t>::max()
                       : missed_times_counted_max;
  return count_due(when, first - 1ms, until, limit);
}

/// The times after `after` and up to `until`, the last `limit` of them at the least, and not all of them
/// if there are very many.
/// @pre there is one.
std::vector<system_time> last_times(const schedule& when, system_time after, system_time until,
                                    std::size_t limit) {
  for (std::chrono::milliseconds back = 1s;; back *= 2) {
    const auto from = std::max(after, until - back);
    auto times = due_between(when, from, until, missed_times_counted_max);
    if (times.size() >= limit || from == after)
      return times;
  }
}

/// The times from `first` to `now` were missed.
void miss(const draft& next, const schedule& when, system_time first, system_time now) {
  next->missed_count += count_times(when, first, now);
  const auto policy = next->definition->missed;
  if (policy == missed_policy::skip)
    return;
  const auto limit = policy == missed_policy::once ? 1 : made_up_runs_max;
  const auto times = last_times(when, first - 1ms, now, limit);
  const auto from
    = times.size() > limit ? times.end() - static_cast<std::ptrdiff_t>(limit) : times.begin();
  if (policy == missed_policy::once)
    next->made_up.clear();
  add_made_up(next->made_up, when, {*from - 1ms, times.back()});
}

/// Drops what waits: it belongs to a timing that holds no more.
void drop_waiting(const draft& next) {
  if (std::exchange(next->waiting_for, std::nullopt))
    ++next->skipped_count;
  next->made_up.clear();
}

schedule_step unchanged(const live_schedule& job) {
  return {job, std::nullopt, false};
}

bool is_in_past(const schedule& when, system_time now) {
  const auto* date = std::get_if<dated_schedule>(&when);
  return date && date->at <= now;
}

result<std::shared_ptr<const schedule>> future_timing(const schedule_definition& definition,
                                                      system_time grid_start, system_time now) {
  auto when = timing_of(definition, grid_start);
  if (!when)
    return tl::unexpected(std::move(when.error()));
  if (is_in_past(*when, now))
    return fail(errc::invalid_argument, "schedule must not lie in the past");
  if (std::holds_alternative<dated_schedule>(*when) && !next_due(*when, now))
    return fail(errc::invalid_argument, "schedule must lie before the year 10000 of UTC");
  return std::make_shared<const schedule>(*std::move(when));
}

} // namespace

result<live_schedule> make_schedule(schedule_definition wanted, std::string organisation,
                                    const uuid& id, system_time now) {
  if (const auto faults = find_faults(wanted); !faults.empty())
    return fail_with(faults);
  auto when = future_timing(wanted, now, now);
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

result<live_schedule> restore_schedule(scheduled_job_ptr record, system_time now) {
  auto when = timing_of(*record->definition, record->grid_start);
  if (!when)
    return tl::unexpected(std::move(when.error()));
  live_schedule kept{std::move(record), std::make_shared<const schedule>(*std::move(when))};
  const auto due = kept.record->next_run_at;
  if (!due || *due > now)
    return kept;
  draft next{kept};
  miss(next, *kept.when, *due, now);
  next.set_next(next_due(*kept.when, now), now);
  return std::move(next).done();
}

schedule_step on_due(const live_schedule& job, std::size_t runs, system_time now) {
  const auto due = job.record->next_run_at;
  if (!due || *due > now)
    return start_waiting(job, runs, now);
  draft next{job};
  if (now - *due > lateness_max) {
    miss(next, *job.when, *due, now);
    next.set_next(next_due(*job.when, now), now);
    return start_waiting(std::move(next).done(), runs, now);
  }
  next.set_next(next_due(*job.when, *due), now);
  schedule_step made;
  const auto policy = next->definition->overlap;
  // A run that waits for room is not going yet, but goes before this one.
  const auto is_busy = runs > 0 || next->waiting_for || !next->made_up.empty();
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
  if (runs > 0 || (job.record->made_up.empty() && !job.record->waiting_for))
    return unchanged(job);
  draft next{job};
  schedule_step made;
  if (const auto time = take_made_up(next->made_up, *job.when))
    made.start = run_order{*time, run_trigger::missed};
  else if (next->waiting_for)
    made.start = run_order{*std::exchange(next->waiting_for, std::nullopt), run_trigger::schedule};
  if (made.start)
    next.count_start(now);
  made.next = std::move(next).done();
  return made;
}

schedule_step start_manual(const live_schedule& job, system_time now) {
  draft next{job};
  next.count_start(now);
  return {std::move(next).done(), run_order{now, run_trigger::manual}, false};
}

live_schedule on_run_ended(const live_schedule& job, const job_ptr& run) {
  draft next{job};
  if (run->state == job_state::failed || run->state == job_state::timeout)
    ++next->failure_count;
  next->last_run = run;
  return std::move(next).done();
}

live_schedule postpone(const live_schedule& before, schedule_step refused) {
  draft next{refused.next};
  --next->run_count;
  next->last_run_at = before.record->last_run_at;
  if (refused.start->trigger == run_trigger::missed) {
    put_back_made_up(next->made_up, refused.start->scheduled_at);
  } else if (!next->waiting_for) {
    next->waiting_for = refused.start->scheduled_at;
  } else {
    ++next->skipped_count;
  }
  return std::move(next).done();
}

live_schedule fail_start(schedule_step refused) {
  draft next{refused.next};
  ++next->failure_count;
  return std::move(next).done();
}

result<live_schedule> edit(const live_schedule& job, schedule_definition wanted, system_time now) {
  const auto& old = *job.record->definition;
  if (wanted == old)
    return job;
  if (const auto faults = find_faults(wanted); !faults.empty())
    return fail_with(faults);
  const auto is_new_grid = wanted.schedule != old.schedule || wanted.interval != old.interval;
  const auto is_new_timing = is_new_grid || wanted.timezone != old.timezone;
  const auto grid_start = is_new_grid ? now : job.record->grid_start;
  auto when = job.when;
  if (is_new_timing) {
    auto changed = future_timing(wanted, grid_start, now);
    if (!changed)
      return tl::unexpected(std::move(changed.error()));
    when = *std::move(changed);
  }
  const auto was_enabled = old.is_enabled;
  const auto version = job.record->version + 1;
  draft next{{job.record, when}};
  next->definition = std::make_shared<const schedule_definition>(std::move(wanted));
  next->grid_start = grid_start;
  const auto is_enabled = next->definition->is_enabled;
  if (is_new_timing || (was_enabled && !is_enabled))
    drop_waiting(next);
  if (!is_enabled) {
    if (is_new_timing || was_enabled)
      next->paused_at = now;
    next.set_next(std::nullopt, now);
  } else if (is_new_timing || !was_enabled) {
    const auto since = std::exchange(next->paused_at, std::nullopt);
    if (since && !is_new_timing)
      if (const auto first = next_due(*when, *since); first && *first <= now)
        miss(next, *when, *first, now);
    next.set_next(next_due(*when, now), now);
  }
  next->version = version;
  next->updated_at = now;
  return std::move(next).done();
}

live_schedule on_clock_set_back(const live_schedule& job, std::chrono::milliseconds by,
                                system_time now) {
  const auto& record = *job.record;
  const auto* grid = std::get_if<interval_schedule>(job.when.get());
  if (!record.next_run_at || (!grid && by < rerun_after))
    return job;
  draft next{job};
  if (grid && grid->start > now) {
    // Its grid begins in a future that was a mistake.
    next->grid_start = now;
    next = draft{{std::make_shared<const scheduled_job>(*next),
                  std::make_shared<const schedule>(interval_schedule{now, grid->interval})}};
    grid = nullptr;
  }
  auto moved = std::move(next).done();
  draft made{moved};
  made.set_next(next_due(*moved.when, now), now);
  return std::move(made).done();
}

} // namespace callboard::core
