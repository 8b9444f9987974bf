// How scheduled jobs fire, and what becomes of their runs.

#include "actors/registry/registry.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/jobs/validation.hpp"
#include "core/schedules/clock_correction.hpp"
#include "core/schedules/rollback.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// How often to look at the wall clock while something is scheduled: when it is set, that is noticed so
/// soon. Costs a message.
constexpr std::chrono::milliseconds clock_check{1000};

/// A clock that goes back by less is being adjusted, not set.
constexpr std::chrono::milliseconds set_back_min{1000};

/// Scheduled jobs that fire without other messages in between: a few milliseconds.
constexpr std::size_t fired_at_once = 100;

/// Runs erased at a time, so that no commit waits long for it: a few milliseconds.
constexpr std::size_t erased_runs_max = 500;

/// How long to let runs gather before the older ones are erased.
constexpr std::chrono::milliseconds trim_interval{1000};

/// How often to look for a time zone that cannot be read. Costs a look for one file for each such zone.
constexpr std::chrono::milliseconds zone_look_interval{2000};

/// A run is limited by its attempts, not as a whole: as long as schedules are followed.
constexpr std::chrono::milliseconds run_time_limit = std::chrono::days{36'525};

tl::unexpected<error> no_such_schedule() {
  return fail(errc::not_found, "job not found");
}

new_job order_for(const scheduled_job& record, const core::run_order& order,
                  const std::optional<retry_policy>& default_retry) {
  const auto& what = *record.definition;
  new_job wanted;
  wanted.kind = job_kind::run;
  wanted.organisation = record.organisation;
  wanted.agent_id = what.agent_id;
  wanted.content = what.content.empty() ? what.payload.text() : what.content;
  wanted.time_limit = run_time_limit;
  wanted.attempt_time_limit = what.time_limit;
  wanted.due_at = order.scheduled_at;
  wanted.retry = what.retry.value_or(default_retry.value_or(retry_policy{}));
  wanted.run = std::make_shared<const run_fields>(
    run_fields{record.id, order.trigger, what.payload, what.runner, what.name});
  return wanted;
}

} // namespace

void registry_state::restore_schedules(const std::vector<scheduled_job_ptr>& stored) {
  const auto now = now_of(self_, *context_);
  last_wall_ = now.wall;
  for (const auto& record : stored) {
    if (record->definition->agent_id.is_nil()) {
      // Its callback has ended with the process that brought it.
      batch_.schedules[record->id] = nullptr;
      continue;
    }
    auto corrected
      = core::correct_times(core::restore_schedule(record, now.wall, zones_), now.wall);
    corrected_.next_runs += corrected.is_next_new ? 1 : 0;
    auto taken_up = core::with_causes(std::move(corrected.job), has_agent(*record->definition));
    if (taken_up.record != record)
      batch_.schedules[record->id] = taken_up.record;
    schedules_.add(std::move(taken_up));
    schedules_.stall(record->id);
  }
  if (!stored.empty())
    schedule_wake_ = now.steady;
}

job_ptr registry_state::with_schedule_name(job_ptr run) const {
  const auto* held = run->spec->run ? schedules_.find(run->spec->run->schedule_id) : nullptr;
  if (!held)
    return run;
  auto fields = std::make_shared<run_fields>(*run->spec->run);
  fields->schedule_name = held->job.record->definition->name;
  auto spec = std::make_shared<job_spec>(*run->spec);
  spec->run = std::move(fields);
  auto made = std::make_shared<callboard::job>(*run);
  made->spec = std::move(spec);
  return made;
}

void registry_state::arm_schedules() {
  const auto now = now_of(self_, *context_);
  const auto next = schedules_.next_due(now.wall);
  if (!next) {
    schedule_wake_.reset();
    return;
  }
  const auto wait = std::clamp(*next - now.wall, std::chrono::milliseconds{0}, clock_check);
  schedule_wake_ = core::time_after(now.steady, wait);
  arm();
}

void registry_state::check_wall_clock(system_time now) {
  const auto last = std::exchange(last_wall_, now);
  if (last - now < set_back_min)
    return;
  for (const auto& id : schedules_.ids()) {
    const auto& held = *schedules_.find(id);
    auto moved = core::on_clock_set_back(held.job, last - now, now);
    if (moved.record != held.job.record)
      keep_schedule(std::move(moved));
  }
}

void registry_state::on_schedules_due() {
  const auto now = now_of(self_, *context_).wall;
  check_wall_clock(now);
  look_for_zones(now);
  // While nothing can be stored or the engine stops, nothing is started; what is due waits or is missed.
  if (!refusal()) {
    for (const auto& id : schedules_.take_stalled())
      look_at_schedule(id, now);
    for (std::size_t count = 0; count < fired_at_once; ++count) {
      const auto id = schedules_.due(now);
      if (!id)
        break;
      look_at_schedule(*id, now);
    }
    arm_schedules();
  } else {
    schedule_wake_ = core::time_after(self_->clock().now(), clock_check);
  }
}

void registry_state::look_for_zones(system_time now) {
  const auto steady = self_->clock().now();
  if (schedules_.blocked().empty() || steady < next_zone_look_)
    return;
  next_zone_look_ = core::time_after(steady, zone_look_interval);
  // Many jobs have few zones.
  std::unordered_map<std::string, bool> are_there;
  for (const auto& id : std::vector(schedules_.blocked().begin(), schedules_.blocked().end())) {
    const auto& held = *schedules_.find(id);
    const auto& zone = held.job.record->definition->timezone;
    const auto [known, is_new] = are_there.try_emplace(zone, false);
    if (is_new)
      known->second = zones_.find(zone).has_value();
    if (!known->second || held.is_leaving)
      continue;
    if (auto freed = core::unblock(held.job, now, zones_)) {
      keep_schedule(core::with_causes(*std::move(freed), has_agent(*held.job.record->definition)));
      schedules_.stall(id); // there may be runs to make up for
    }
  }
}

void registry_state::look_at_schedule(const uuid& id, system_time now) {
  const auto* held = schedules_.find(id);
  if (held && !held->is_leaving)
    perform(core::on_due(held->job, held->runs.size(), now));
}

void registry_state::keep_schedule(core::live_schedule next) {
  if (!schedules_.find(next.record->id)->is_leaving)
    batch_.schedules[next.record->id] = next.record;
  schedules_.put(std::move(next));
}

void registry_state::perform(core::schedule_step step) {
  const auto id = step.next.record->id;
  const auto before = schedules_.find(id)->job;
  if (step.cancels_runs)
    for (const auto& run : std::vector{schedules_.find(id)->runs})
      cancel_run(run, "the next run is due");
  if (step.start) {
    auto refused = step;
    callback<job_ptr> nobody;
    const auto started = start_run(std::move(step), nobody);
    if (started)
      return;
    keep_schedule(core::postpone(before, std::move(refused)));
    schedules_.stall(id);
  } else if (step.next.record != before.record) {
    keep_schedule(std::move(step.next));
  }
  flush_if_idle();
}

result<void> registry_state::start_run(core::schedule_step step, callback<job_ptr>& done) {
  if (auto why = refusal())
    return tl::unexpected(std::move(*why));
  const auto& record = *step.next.record;
  auto call = std::make_shared<submit_call>();
  call->wanted = order_for(record, *step.start, options_.run_retry);
  std::optional<std::size_t> agent;
  if (record.definition->runner)
    agent = agents_.size();
  else if (const auto chosen = core::choose_agent(call->wanted, agents_))
    agent = *chosen; // without one the run fails, and that is on record
  const auto now = now_of(self_, *context_);
  auto spec = let_in(*call, agent, now);
  if (!spec)
    return tl::unexpected(std::move(spec.error()));
  const auto before = schedules_.find(record.id)->job;
  const auto run = (*spec)->id;
  schedules_.begin_run(record.id, run, step.start->trigger);
  // The run and the record that counts it belong into one batch, and a batch may be sent with the run.
  keep_schedule(std::move(step.next));
  auto& entry = hold(core::begin(*std::move(spec), now, context_->random), agent);
  if (done && !is_durable_) {
    done(entry.visible);
  } else if (done) {
    call->done = std::move(done);
    entry.calls = std::make_unique<entry_calls>();
    entry.calls->creation
      = std::make_unique<pending_creation>(pending_creation{std::move(call), entry.visible});
    entry.calls->creation->on_refused = [this, before, run] {
      const auto id = before.record->id;
      schedules_.end_run(id, run);
      if (const auto* held = schedules_.find(id))
        keep_schedule(core::roll_back_start(before, held->job, run));
    };
  }
  return {};
}

void registry_state::cancel_run(const uuid& id, const std::string& reason) {
  if (const auto* entry = jobs_->find(id); entry && entry->handle)
    self_->send(entry->handle, atom::cancel_v, reason);
}

bool registry_state::on_run_over(job_entry& entry, const job_ptr& run) {
  const auto id = run->spec->run->schedule_id;
  schedules_.end_run(id, run->spec->id);
  const auto* held = schedules_.find(id);
  if (!held) {
    // The scheduled job was deleted, and its runs with it.
    if (entry.calls && entry.calls->creation)
      std::exchange(entry.calls->creation, nullptr)->call->done(no_such_schedule());
    batch_.erased.push_back(run->spec->id);
    show(entry, run);
    drop(entry);
    return false;
  }
  // The run and the record that counts it belong into one batch.
  keep_schedule(core::on_run_ended(held->job, run));
  surplus_runs_.insert(id);
  if (!next_trim_)
    next_trim_ = self_->clock().now() + trim_interval;
  return true;
}

void registry_state::start_waiting(const uuid& id) {
  if (const auto* held = schedules_.find(id); held && !held->is_leaving)
    perform(core::start_waiting(held->job, held->runs.size(), now_of(self_, *context_).wall));
}

void registry_state::note_failed_attempt(const job_ptr& run) {
  const auto* held = schedules_.find(run->spec->run->schedule_id);
  const auto has_failed = run->state == job_state::failed || run->state == job_state::timeout
                          || (run->state == job_state::pending && run->retry_at);
  if (on_failed_attempt_ && held && has_failed)
    on_failed_attempt_(*held->job.record, *run);
}

void registry_state::erase_surplus_runs() {
  next_trim_.reset();
  if (!store_fault_.empty() || is_draining_)
    return; // the next run that ends brings another time
  for (const auto& id : std::exchange(surplus_runs_, {}))
    self_
      ->request(keeper_, caf::infinite, atom::sweep_v,
                run_sweep{id, options_.runs_kept, erased_runs_max})
      .then(
        [this, id](const sweep_outcome& erased) {
          if (!erased || *erased < erased_runs_max)
            return;
          surplus_runs_.insert(id);
          next_trim_ = self_->clock().now();
          arm();
        },
        [](const caf::error&) {
          // The keeper has ended, and the engine with it.
        });
}

} // namespace callboard::actors
