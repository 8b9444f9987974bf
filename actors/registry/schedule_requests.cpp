#include "actors/registry/schedule_requests.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "actors/registry/outbox.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/schedules/rollback.hpp"
#include "core/schedules/schedule_check.hpp"

namespace callboard::actors {

namespace {

constexpr std::size_t times_max = 1000;

tl::unexpected<error> no_such_job() {
  return fail(errc::not_found, "job not found");
}

bool is_run_of(const job& one, const uuid& schedule) {
  return one.spec->run && one.spec->run->schedule_id == schedule;
}

/// Asks for a run; what is no run of that scheduled job is not found.
template <class Call>
job_call_ptr call_for_run(Call& call) {
  auto made = std::make_shared<job_call>();
  made->ref = {call.run, job_kind::run, {}};
  made->done = [of = call.ref.id, done = std::move(call.done)](result<job_ptr> found) {
    const auto is_other = found ? !is_run_of(**found, of) : found.error().code == errc::not_found;
    if (is_other)
      done(fail(errc::not_found, "run not found"));
    else
      done(std::move(found));
  };
  return made;
}

tl::unexpected<error> name_taken(const std::string& name) {
  return fail(errc::conflict, "name \"" + name + "\" is taken");
}

} // namespace

void schedule_requests::answer(schedule_call& call) {
  std::visit([this](auto& each) { on(each); }, call);
}

template <class Call>
const core::schedule_index::entry* schedule_requests::schedule_for(Call& call) {
  const auto* held = parts_.index.find(call.ref.id);
  if (!held || held->is_leaving
      || (!call.ref.organisation.empty()
          && held->job.record->organisation != call.ref.organisation)) {
    call.done(no_such_job());
    return nullptr;
  }
  const auto version = held->job.record->version;
  const auto& wanted = call.ref.versions;
  if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), version) == wanted.end()) {
    call.done(fail(errc::version_mismatch, "the job has version " + std::to_string(version)));
    return nullptr;
  }
  return held;
}

result<void> schedule_requests::check_agent(const schedule_definition& wanted) const {
  if (parts_.due.has_agent(wanted))
    return {};
  return fail(errc::agent_not_found, "Agent " + wanted.agent_id.to_string() + " not found");
}

void schedule_requests::on(create_schedule& call) {
  const auto now = jobs_.out.now();
  auto made
    = core::make_schedule(std::move(call.wanted), std::move(call.parsed),
                          std::move(call.organisation), jobs_.out.next_id(now.wall), now.wall);
  if (!made)
    return call.done(tl::unexpected(std::move(made.error())));
  const auto& record = made->record;
  const auto& wanted = *record->definition;
  if (auto ok = check_agent(wanted); !ok)
    return call.done(tl::unexpected(std::move(ok.error())));
  if (parts_.index.is_taken(record->organisation, wanted.name, record->id))
    return call.done(name_taken(wanted.name));
  if (auto why = parts_.admission.refusal())
    return call.done(tl::unexpected(std::move(*why)));
  if (parts_.index.size() >= jobs_.context.options.live_jobs_max)
    return call.done(fail(errc::capacity, "Job capacity reached ("
                                            + std::to_string(jobs_.context.options.live_jobs_max)
                                            + " jobs)"));
  parts_.index.add(*made);
  answer_when_stored({record->id, record}, std::move(call.done), record,
                     [this, id = record->id](bool is_stored) {
                       if (!is_stored)
                         roll_back_creation(id);
                     });
}

void schedule_requests::on(list_schedules& call) {
  call.done(parts_.index.list(call.query));
}

void schedule_requests::on(get_schedule& call) {
  if (const auto* held = schedule_for(call))
    call.done(held->job.record);
}

void schedule_requests::on(update_schedule& call) {
  const auto* held = schedule_for(call);
  if (!held)
    return;
  auto wanted = *held->job.record->definition;
  call.edit(wanted);
  change(*held, std::move(wanted), core::given_zone{std::move(call.zone), parts_.due.zones()},
         std::move(call.done));
}

void schedule_requests::on(enable_schedule& call) {
  const auto* held = schedule_for(call);
  if (!held)
    return;
  if (held->job.record->status == schedule_status::completed)
    return call.done(fail(errc::conflict, "the job is completed"));
  auto wanted = *held->job.record->definition;
  wanted.is_enabled = call.is_enabled;
  change(*held, std::move(wanted), parts_.due.zones(), std::move(call.done));
}

void schedule_requests::change(const core::schedule_index::entry& held, schedule_definition wanted,
                               const core::zone_source& zones, callback<scheduled_job_ptr> done) {
  const auto& before = *held.job.record;
  auto edited = core::edit(held.job, std::move(wanted), jobs_.out.now().wall, zones);
  if (!edited)
    return done(tl::unexpected(std::move(edited.error())));
  if (edited->record == held.job.record)
    return done(held.job.record);
  const auto is_runnable = parts_.due.has_agent(*edited->record->definition);
  const auto changed = core::with_causes(*std::move(edited), is_runnable);
  const auto& after = *changed.record->definition;
  if (after.agent_id != before.definition->agent_id || after.runner != before.definition->runner)
    if (auto ok = check_agent(after); !ok)
      return done(tl::unexpected(std::move(ok.error())));
  if (parts_.index.is_taken(before.organisation, after.name, before.id))
    return done(name_taken(after.name));
  if (auto why = parts_.admission.refusal())
    return done(tl::unexpected(std::move(*why)));
  const auto record = changed.record;
  const auto old = held.job;
  parts_.index.put(changed);
  answer_when_stored(
    {record->id, record}, std::move(done), record, [this, old, changed](bool is_stored) {
      if (!is_stored)
        roll_back_change(old, changed);
      else // Times that were missed while it was paused may have to be made up for.
        parts_.started.start_waiting(old.record->id);
    });
}

void schedule_requests::on(remove_schedule& call) {
  const auto* held = schedule_for(call);
  if (!held)
    return;
  if (auto why = parts_.admission.refusal())
    return call.done(tl::unexpected(std::move(*why)));
  const auto record = held->job.record;
  const auto id = record->id;
  parts_.index.set_leaving(id, true);
  answer_when_stored({id, nullptr}, std::move(call.done), record, [this, id](bool is_stored) {
    if (is_stored)
      finish_removal(id);
    else
      roll_back_removal(id);
  });
}

void schedule_requests::finish_removal(const uuid& id) {
  parts_.started.cancel_all(parts_.index.remove(id), "the scheduled job was deleted");
  // For the runs that have ended since the deletion was on its way.
  jobs_.writes.put_schedule(id, nullptr);
}

void schedule_requests::roll_back_removal(const uuid& id) {
  parts_.index.set_leaving(id, false);
  parts_.index.stall(id); // what came due meanwhile, or waited
  // The disk may have got it all the same.
  jobs_.writes.put_schedule(id, parts_.index.find(id)->job.record);
}

void schedule_requests::roll_back_creation(const uuid& id) {
  // It may have fired already.
  parts_.started.cancel_all(parts_.index.remove(id), "the scheduled job could not be stored");
  jobs_.writes.put_schedule(id, nullptr);
}

void schedule_requests::roll_back_change(const core::live_schedule& before,
                                         const core::live_schedule& changed) {
  const auto& held = parts_.index.find(before.record->id)->job;
  parts_.started.keep(
    core::with_causes(core::roll_back_edit(before, changed, held, jobs_.out.now().wall),
                      parts_.due.has_agent(*before.record->definition)));
}

void schedule_requests::on(run_schedule& call) {
  const auto* held = schedule_for(call);
  if (!held)
    return;
  auto step = core::start_manual(held->job, jobs_.out.now().wall);
  if (auto started = parts_.started.start(std::move(step), call.done); !started)
    call.done(tl::unexpected(std::move(started.error())));
}

void schedule_requests::on(list_runs& call) {
  if (!schedule_for(call))
    return;
  if (call.query.limit < 1 || call.query.limit > times_max)
    return call.done(fail(errc::invalid_argument, "limit must be an integer from 1 to 1000"));
  call.query.schedule_id = call.ref.id;
  call.query.keep = jobs_.context.options.runs_kept;
  flush_before_reading();
  jobs_.out.list(std::make_shared<list_runs>(std::move(call)));
}

void schedule_requests::on(get_one_run& call) {
  if (!schedule_for(call))
    return;
  const auto asked = call_for_run(call);
  if (const auto* entry = parts_.live.find(call.run))
    return asked->done(entry->visible);
  // In the store are also those that ended some time ago, whatever store it is.
  flush_before_reading();
  jobs_.out.find(asked);
}

void schedule_requests::on(cancel_one_run& call) {
  if (!schedule_for(call))
    return;
  if (auto* entry = parts_.live.find(call.run); entry && is_run_of(*entry->visible, call.ref.id)) {
    const auto asked = call_for_run(call);
    asked->reason = std::move(call.reason);
    return parts_.calls.cancel(*entry, asked);
  }
  // Those that are not held have ended, or do not exist.
  call.done = [done = std::move(call.done)](result<job_ptr> found) {
    if (found)
      done(fail_as_over((*found)->state));
    else
      done(std::move(found));
  };
  flush_before_reading();
  jobs_.out.find(call_for_run(call));
}

void schedule_requests::on(next_times& call) {
  const auto* held = schedule_for(call);
  if (!held)
    return;
  if (call.count < 1 || call.count > times_max)
    return call.done(fail(errc::invalid_argument, "count must be an integer from 1 to 1000"));
  const auto status = held->job.record->status;
  if (status == schedule_status::completed || (status == schedule_status::paused && !call.after))
    return call.done(std::vector<system_time>{});
  if (!held->job.when)
    return call.done(std::vector<system_time>{});
  const auto after = call.after.value_or(jobs_.out.now().wall);
  call.done(core::due_between(*held->job.when, after, system_time::max(), call.count));
}

void schedule_requests::answer_when_stored(schedule_change what, callback<scheduled_job_ptr> done,
                                           scheduled_job_ptr value,
                                           std::function<void(bool is_stored)> settled) {
  jobs_.writes.put_schedule(what.id, std::move(what.record));
  jobs_.writes.answer_when_stored([done = std::move(done), value = std::move(value),
                                   settled = std::move(settled)](bool is_stored) {
    settled(is_stored);
    if (is_stored)
      done(value);
    else
      done(fail(errc::unavailable, "jobs cannot be stored at the moment"));
  });
  parts_.due.arm();
  jobs_.writes.flush_if_idle();
}

void schedule_requests::flush_before_reading() {
  // Messages are delivered in order: what has happened before is in the store when it is asked.
  if (!jobs_.context.is_durable)
    jobs_.writes.flush();
}

} // namespace callboard::actors
