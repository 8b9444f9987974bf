#include "actors/registry/registry_parts.hpp"

#include <algorithm>
#include <utility>

#include "core/schedules/clock_correction.hpp"

namespace callboard::actors {

namespace {

/// Jobs, and calls that wait, that are looked at without other messages in between: a few milliseconds.
constexpr int woken_at_once = 500;

} // namespace

registry_parts::base::base(outbox& out, batch_listener& listener, registry_context what)
  : context(std::move(what)),
    writes(out, listener, context.is_durable),
    waiting(context.options.waiters_max),
    kept(out, context.options, [this] { return !context.is_draining && writes.fault().empty(); }),
    delayed(out),
    due(out) {
  // nop
}

registry_parts::jobs::jobs(const live_job_parts& parts, std::shared_ptr<job_table> table)
  : live(parts, std::move(table)), admission(parts, live), calls(parts, admission, live) {
  // nop
}

registry_parts::scheduling::scheduling(const live_job_parts& parts, jobs& of)
  : started(parts, index, of.admission, of.live), due(parts, index, started, of.admission) {
  // nop
}

registry_parts::talking::talking(const live_job_parts& parts, jobs& of)
  : held(parts, of.calls, of.live), requests(parts, of.admission, of.live, held) {
  // nop
}

registry_parts::registry_parts(outbox& out, registry_context what, std::shared_ptr<job_table> table)
  : out_(out),
    base_(out, *this, std::move(what)),
    parts_{base_.context, out, base_.writes, base_.waiting, base_.kept, base_.delayed, base_.due},
    jobs_(parts_, std::move(table)),
    scheduling_(parts_, jobs_),
    requests_(parts_, {scheduling_.index, scheduling_.started, scheduling_.due, jobs_.admission,
                       jobs_.live, jobs_.calls}),
    talking_(parts_, jobs_),
    end_(parts_, jobs_.live) {
  jobs_.live.tell_of_runs(scheduling_.started);
  jobs_.live.tell_of_turns(talking_.held);
}

void registry_parts::restore(held_jobs stored) {
  const auto& context = base_.context;
  base_.delayed.begin(jobs_.live, std::move(stored.delayed), stored.due_before, context.is_durable);
  corrected_times corrected;
  corrected.next_runs = scheduling_.due.restore(stored.schedules);
  talking_.held.restore(std::move(stored.sessions));
  restore_live(std::move(stored.live), corrected);
  restore_finished(stored.finished_messages);
  if (context.observers.times_corrected && corrected != corrected_times{})
    context.observers.times_corrected(corrected);
  if (context.is_durable)
    base_.kept.sweep_agent_jobs();
  talking_.held.begin();
  base_.writes.begin();
  settle();
}

void registry_parts::restore_live(std::vector<job_ptr> live, corrected_times& corrected) {
  for (auto& record : live) {
    const auto now = out_.now();
    auto* const agent = base_.context.agents.find(record->spec->agent_id);
    auto right = core::correct_times(scheduling_.started.with_schedule_name(std::move(record)),
                                     agent ? agent->info.retry : agent_retry{}, now.wall);
    auto first = core::resume(right.record, now, out_.random());
    first.is_changed = first.is_changed || right.is_changed();
    corrected.deadlines += right.is_deadline_new ? 1 : 0;
    corrected.retries += right.is_retry_new ? 1 : 0;
    auto& entry = jobs_.live.hold(std::move(first), agent);
    if (entry.visible->spec->run)
      scheduling_.started.restore(entry);
  }
}

void registry_parts::restore_finished(const std::vector<job_ptr>& finished) {
  for (const auto& record : finished)
    jobs_.live.hold_finished(record);
  jobs_.live.make_room(0, 0);
  // There may be more in the store than can be held: a limit was higher before, or the process ended
  // before it had erased what it had dropped.
  if (!finished.empty())
    base_.kept.sweep(job_kind::message, *finished.front()->finished_at);
}

engine_health registry_parts::report() const {
  const auto& options = base_.context.options;
  const auto& counters = jobs_.live.counters();
  const auto& texts = base_.kept.texts();
  engine_health health;
  health.is_draining = base_.context.is_draining;
  health.store_fault = base_.writes.fault();
  health.messages = counters.of(job_kind::message);
  health.jobs_max = options.jobs_max;
  health.held_text_bytes = texts.bytes();
  health.held_text_bytes_max = texts.bytes_max();
  health.live = jobs_.live.size();
  health.live_jobs_max = options.live_jobs_max;
  health.waiters = base_.waiting.size();
  health.finished_messages = counters.ended(job_kind::message);
  health.mean_completion = counters.mean_completion(job_kind::message);
  health.schedule_blocks = scheduling_.index.blocks();
  health.is_healthy = jobs_.admission.has_room();
  return health;
}

void registry_parts::on_written(const store_batch& batch) {
  talking_.held.on_written(batch);
  if (!base_.context.is_durable)
    return;
  for (const auto& snapshot : batch.snapshots)
    if (auto* const entry = jobs_.live.find(snapshot->spec->id)) {
      jobs_.calls.acknowledge(*entry);
      jobs_.live.on_stored(*entry, snapshot);
    }
}

void registry_parts::on_refused(const store_batch& batch) {
  scheduling_.due.arm();
  talking_.held.on_refused(batch);
  for (const auto& snapshot : batch.snapshots) {
    auto* const entry = jobs_.live.find(snapshot->spec->id);
    if (!entry)
      continue;
    if (entry->calls && entry->calls->creation)
      jobs_.calls.refuse(*entry);
    else if (!base_.writes.is_gathered(entry->batch))
      base_.writes.put(entry->batch, snapshot);
  }
}

void registry_parts::on_store_changed(std::string_view fault) {
  if (const auto& told = base_.context.observers.store_changed)
    told(fault);
}

void registry_parts::on_wake() {
  const auto now = out_.now().steady;
  const auto has_come
    = [now](const std::optional<steady_time>& time) { return time && *time <= now; };
  base_.due.on_wake(now);
  // First: it may tell that others are due.
  if (has_come(base_.clock.next_look()))
    look_at_clock();
  wake_jobs(now);
  answer_waiters(now);
  if (has_come(base_.delayed.next_load()))
    base_.delayed.load();
  if (has_come(base_.kept.next_sweep()))
    base_.kept.sweep_agent_jobs();
  if (has_come(scheduling_.due.next_wake()))
    scheduling_.due.on_due();
  if (has_come(scheduling_.started.next_erase()))
    scheduling_.started.erase_surplus();
  if (has_come(talking_.held.next_due()))
    talking_.held.on_due();
}

void registry_parts::wake_jobs(steady_time now) {
  for (int count = 0; count < woken_at_once; ++count)
    if (auto* const entry = base_.due.pop_due(now))
      jobs_.live.on_due(*entry);
    else
      break;
}

void registry_parts::answer_waiters(steady_time now) {
  for (int count = 0; count < woken_at_once; ++count)
    if (auto* const entry = base_.waiting.answer_due(now))
      jobs_.live.park_if_far(*entry);
    else
      break;
}

void registry_parts::look_at_clock() {
  const auto now = out_.now();
  const auto moved = base_.clock.look(now);
  if (moved < std::chrono::milliseconds{0}) {
    // Timers that come too early now are set again when they come.
    scheduling_.due.on_clock_set_back(-moved, now.wall);
  } else if (moved > std::chrono::milliseconds{0} && !base_.context.is_ending) {
    jobs_.live.rearm_delayed();
    base_.delayed.hurry();
    talking_.held.rearm();
  }
}

bool registry_parts::waits_for_wall_clock() const {
  const auto& agent_jobs = jobs_.live.counters().of(job_kind::agent);
  return base_.delayed.size() > 0 || agent_jobs[static_cast<std::size_t>(job_state::scheduled)] > 0
         || scheduling_.due.waits() || talking_.held.next_due();
}

void registry_parts::settle() {
  end_.check();
  if (!waits_for_wall_clock())
    base_.clock.stop();
  else if (!base_.clock.next_look())
    base_.clock.watch(out_.now());
  base_.due.wake_for({base_.waiting.next_due(), base_.delayed.next_load(), base_.kept.next_sweep(),
                      base_.clock.next_look(), scheduling_.due.next_wake(),
                      scheduling_.started.next_erase(), talking_.held.next_due()});
}

} // namespace callboard::actors
