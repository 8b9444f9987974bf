#include "actors/registry/runs.hpp"

#include <utility>
#include <vector>

#include "actors/registry/outbox.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/schedules/rollback.hpp"

namespace callboard::actors {

namespace {

/// Runs erased at a time, so that no commit waits long for it: a few milliseconds.
constexpr std::size_t erased_runs_max = 500;

/// How long to let runs gather before the older ones are erased.
constexpr std::chrono::milliseconds erase_interval{1000};

/// A run is limited by its attempts, not as a whole: as long as schedules are followed.
constexpr std::chrono::milliseconds run_time_limit = std::chrono::days{36'525};

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

job_ptr runs::with_schedule_name(job_ptr run) const {
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

void runs::restore(job_entry& entry) {
  const auto run = entry.visible;
  const auto& fields = *run->spec->run;
  if (is_terminal(run->state))
    on_run_over(entry, run);
  else if (schedules_.find(fields.schedule_id))
    schedules_.begin_run(fields.schedule_id, run->spec->id, fields.trigger);
  else
    cancel(run->spec->id, "the scheduled job was deleted");
}

void runs::keep(core::live_schedule next) {
  if (!schedules_.find(next.record->id)->is_leaving)
    parts_.writes.put_schedule(next.record->id, next.record);
  schedules_.put(std::move(next));
}

void runs::perform(core::schedule_step step) {
  const auto id = step.next.record->id;
  const auto before = schedules_.find(id)->job;
  if (step.cancels_runs)
    for (const auto& run : std::vector{schedules_.find(id)->runs})
      cancel(run, "the next run is due");
  if (step.start) {
    auto refused = step;
    callback<job_ptr> unheard;
    if (start(std::move(step), unheard))
      return;
    keep(core::postpone(before, std::move(refused)));
    schedules_.stall(id);
  } else if (step.next.record != before.record) {
    keep(std::move(step.next));
  }
  parts_.writes.flush_if_idle();
}

void runs::start_waiting(const uuid& schedule) {
  if (const auto* held = schedules_.find(schedule); held && !held->is_leaving)
    perform(core::start_waiting(held->job, held->runs.size(), parts_.out.now().wall));
}

result<void> runs::start(core::schedule_step step, callback<job_ptr>& done) {
  if (auto why = admission_.refusal())
    return tl::unexpected(std::move(*why));
  const auto& record = *step.next.record;
  auto wanted = order_for(record, *step.start, parts_.context.options.run_retry);
  // Without an agent the run fails, and that is on record.
  auto& agents = parts_.context.agents;
  auto* const agent
    = record.definition->runner ? &agents.callback() : agents.choose(wanted).value_or(nullptr);
  const auto now = parts_.out.now();
  auto spec = admission_.admit(std::move(wanted), agent, now);
  if (!spec)
    return tl::unexpected(std::move(spec.error()));
  const auto before = schedules_.find(record.id)->job;
  const auto run = (*spec)->id;
  schedules_.begin_run(record.id, run, step.start->trigger);
  // First: a batch may be sent with the run.
  keep(std::move(step.next));
  auto& entry = live_.hold(core::begin(*std::move(spec), now, parts_.out.random()), agent);
  if (done && !parts_.context.is_durable) {
    done(entry.visible);
  } else if (done) {
    auto call = std::make_shared<submit_call>();
    call->done = std::move(done);
    entry.calls = std::make_unique<entry_calls>();
    entry.calls->creation = std::make_unique<pending_creation>(
      pending_creation{std::move(call), entry.visible, roll_back(before, run)});
  }
  return {};
}

std::function<void()> runs::roll_back(const core::live_schedule& before, const uuid& run) {
  return [this, before, run] {
    const auto id = before.record->id;
    schedules_.end_run(id, run);
    if (const auto* held = schedules_.find(id))
      keep(core::roll_back_start(before, held->job, run));
  };
}

void runs::cancel(const uuid& run, const std::string& reason) {
  if (const auto* entry = live_.find(run); entry && entry->has_actor)
    parts_.out.cancel(*entry, reason);
}

void runs::cancel_all(const core::schedule_index::entry& of, const std::string& reason) {
  for (const auto* each : {&of.runs, &of.manual_runs})
    for (const auto& run : *each)
      cancel(run, reason);
}

bool runs::on_run_changed(job_entry& entry, const job_ptr& run) {
  tell_of_failed_attempt(run);
  return !is_terminal(run->state) || on_run_over(entry, run);
}

bool runs::on_run_over(job_entry& entry, const job_ptr& run) {
  const auto id = run->spec->run->schedule_id;
  schedules_.end_run(id, run->spec->id);
  const auto* held = schedules_.find(id);
  if (!held) {
    // The schedule was deleted, and its runs with it.
    if (entry.calls && entry.calls->creation)
      std::exchange(entry.calls->creation, nullptr)
        ->call->done(fail(errc::not_found, "job not found"));
    return false;
  }
  keep(core::on_run_ended(held->job, run));
  surplus_.insert(id);
  if (!next_erase_ && !is_erasing_)
    next_erase_ = parts_.out.now().steady + erase_interval;
  return true;
}

void runs::on_run_ended(const uuid& schedule) {
  start_waiting(schedule);
}

void runs::tell_of_failed_attempt(const job_ptr& run) const {
  const auto& told = parts_.context.on_failed_attempt;
  const auto* held = schedules_.find(run->spec->run->schedule_id);
  const auto has_failed = run->state == job_state::failed || run->state == job_state::timeout
                          || (run->state == job_state::pending && run->retry_at);
  if (told && held && has_failed)
    told(*held->job.record, *run);
}

void runs::erase_surplus() {
  next_erase_.reset();
  if (!parts_.writes.fault().empty() || parts_.context.is_draining)
    return; // the next run that ends brings another time
  // One question for all schedules: as many as fire together, and each would be a transaction.
  const auto asked = std::exchange(surplus_, {});
  const run_sweep what{
    {asked.begin(), asked.end()}, parts_.context.options.runs_kept, erased_runs_max};
  is_erasing_ = true;
  parts_.out.sweep(what, [this, what](const sweep_outcome& erased) { on_erased(what, erased); });
}

void runs::on_erased(const run_sweep& what, const sweep_outcome& erased) {
  is_erasing_ = false;
  const auto now = parts_.out.now().steady;
  if (erased && *erased == what.limit) {
    surplus_.insert(what.schedules.begin(), what.schedules.end());
    next_erase_ = now; // there may be more
  } else if (!surplus_.empty()) {
    next_erase_ = now + erase_interval;
  }
}

} // namespace callboard::actors
