#include "actors/registry/live_jobs.hpp"

#include "actors/registry/outbox.hpp"
#include "actors/registry/retention.hpp"
#include "actors/registry/timers.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/jobs/admission.hpp"

namespace callboard::actors {

namespace {

bool is_for_agent(const callboard::job* one) noexcept {
  return one && core::occupies_agent(*one);
}

/// @param before null for a new job. @param after null for one that is not to be.
void count_for_agent(job_entry& entry, const callboard::job* before, const callboard::job* after) {
  if (!entry.agent)
    return; // it is gone
  if (is_for_agent(before) && !is_for_agent(after))
    --entry.agent->load;
  if (!is_for_agent(before) && is_for_agent(after))
    ++entry.agent->load;
}

void start_actor(outbox& out, job_entry& entry, core::live_job job) {
  out.begin(entry, std::move(job));
  entry.has_actor = true;
}

} // namespace

live_jobs::live_jobs(const live_job_parts& parts, std::shared_ptr<job_table> table)
  : parts_(parts), table_(std::move(table)) {
  // nop
}

job_entry* live_jobs::find(const uuid& id) const {
  return table_->find(id);
}

std::size_t live_jobs::size() const noexcept {
  return counters_.live() + parts_.delayed.size();
}

job_entry& live_jobs::hold(core::transition first, listed_agent* agent) {
  const auto record = first.next.record;
  auto& entry = table_->add(record);
  entry.agent = agent;
  counters_.add(*record);
  count_for_agent(entry, nullptr, record.get());
  if (record->spec->kind == job_kind::message) {
    parts_.kept.count(*record, entry.texts);
    make_room(0, 0);
  }
  if (first.is_changed)
    parts_.writes.put(entry.batch, record);
  if (is_terminal(record->state)) {
    entry.is_over = true;
    if (parts_.context.observers.job_ended)
      parts_.context.observers.job_ended(*record);
    keep_finished(entry);
    return entry;
  }
  parts_.due.arm(entry, core::next_wake(first.next));
  if (record->state == job_state::scheduled)
    return entry; // its actor comes when its time does
  if (!agent) {
    // By the way of all jobs, so that whoever is told of ends hears of this one.
    parts_.due.arm(entry, parts_.out.now().steady);
    return entry;
  }
  if (record->spec->session && !turns_->begins(*record))
    return entry; // its actor comes when its turn does
  start_actor(parts_.out, entry, std::move(first.next));
  // On the job's behalf: jobs that begin on several threads would reach their agent in any order.
  if (first.effects.start_task)
    parts_.out.offer(entry, record);
  return entry;
}

void live_jobs::begin_turn(job_entry& entry) {
  if (entry.is_over || entry.has_actor || !entry.agent)
    return;
  auto first = core::resume(entry.visible, parts_.out.now(), parts_.out.random());
  const auto record = first.next.record;
  const auto wake = core::next_wake(first.next);
  if (is_terminal(record->state))
    return update({record, wake});
  start_actor(parts_.out, entry, std::move(first.next));
  if (first.is_changed)
    update({record, wake});
  if (first.effects.start_task)
    parts_.out.offer(entry, record);
}

void live_jobs::hold_finished(const job_ptr& record) {
  auto& entry = table_->add(record);
  counters_.add_ended(*record);
  keep_finished(entry);
}

void live_jobs::update(const job_update& what) {
  const auto& snapshot = what.snapshot;
  auto* const held = find(snapshot->spec->id);
  if (!held)
    return;
  auto& entry = *held;
  const auto is_over = is_terminal(snapshot->state);
  if (is_over) {
    entry.is_over = true;
    entry.forget_actor();
    parts_.due.disarm(entry);
  } else {
    parts_.due.arm(entry, what.wake);
  }
  const auto* const run = snapshot->spec->run.get();
  if (run && !runs_->on_run_changed(entry, snapshot)) {
    parts_.writes.erase(snapshot->spec->id);
    show(entry, snapshot);
    drop(entry);
    return;
  }
  if (snapshot->spec->kind == job_kind::message) {
    // A job that has just ended cannot be dropped before somebody could see it.
    parts_.kept.count(*snapshot, entry.texts);
    make_room(0, 0);
  }
  if (is_over && snapshot->spec->session)
    turns_->on_message_over(snapshot);
  parts_.writes.put(entry.batch, snapshot);
  if (!parts_.context.is_durable || !is_over)
    show(entry, snapshot);
  if (run && is_over)
    runs_->on_run_ended(run->schedule_id);
}

void live_jobs::show(job_entry& entry, const job_ptr& snapshot) {
  counters_.change(*entry.visible, *snapshot);
  count_for_agent(entry, entry.visible.get(), snapshot.get());
  table_->show(entry, snapshot);
  if (!is_terminal(snapshot->state))
    return;
  if (parts_.context.observers.job_ended)
    parts_.context.observers.job_ended(*snapshot);
  parts_.waiting.answer(entry);
  keep_finished(entry);
  if (snapshot->spec->session)
    turns_->on_message_gone(*snapshot);
}

void live_jobs::keep_finished(job_entry& entry) {
  parts_.due.arm(entry, parts_.kept.keep(*entry.visible, entry.texts, parts_.out.now()));
}

void live_jobs::drop(job_entry& entry) {
  const auto id = entry.visible->spec->id;
  // Agent jobs stay in a durable store, runs in any: only a number of them is kept.
  const auto kind = entry.visible->spec->kind;
  if (kind == job_kind::message || (kind == job_kind::agent && !parts_.context.is_durable))
    parts_.writes.erase(id, entry.texts.bytes);
  counters_.remove(*entry.visible);
  parts_.kept.release(entry.texts);
  parts_.due.disarm(entry);
  table_->remove(id);
  parts_.kept.skip_dropped([this](const uuid& oldest) { return holds(oldest); });
  parts_.writes.flush_if_idle();
}

void live_jobs::make_room(std::size_t text_bytes, std::size_t jobs) {
  while (parts_.kept.must_drop(counters_.held(job_kind::message), text_bytes, jobs))
    if (auto* const oldest = find(parts_.kept.take_oldest()))
      drop(*oldest);
}

void live_jobs::on_due(job_entry& entry) {
  if (entry.has_actor)
    parts_.out.wake(entry);
  else if (is_terminal(entry.visible->state))
    drop(entry);
  else if (!entry.is_over)
    begin_if_due(entry);
}

void live_jobs::begin_if_due(job_entry& entry) {
  const auto now = parts_.out.now();
  const auto& random = parts_.out.random();
  auto* const agent = parts_.context.agents.find(entry.visible->spec->agent_id);
  if (!agent && entry.visible->state != job_state::scheduled)
    return apply(entry, core::event::agent_gone{});
  auto first = core::resume(entry.visible, now, random);
  if (first.is_changed && !agent && !is_terminal(first.next.record->state))
    first = *core::apply(first.next, core::event::agent_gone{}, now, random);
  const auto wake = core::next_wake(first.next);
  if (!first.is_changed) {
    parts_.due.arm(entry, wake); // the wall clock was set back
    return;
  }
  const auto record = first.next.record;
  if (is_terminal(record->state))
    return update({record, wake});
  entry.agent = agent;
  start_actor(parts_.out, entry, std::move(first.next));
  update({record, wake});
  parts_.out.offer(entry, record);
}

void live_jobs::apply(job_entry& entry, const core::job_event& event) {
  const auto now = parts_.out.now();
  auto step = core::apply(core::revived(entry.visible, now), event, now, parts_.out.random());
  if (step && step->is_changed)
    update({std::move(step->next.record), core::next_wake(step->next)});
}

void live_jobs::on_stored(job_entry& entry, const job_ptr& snapshot) {
  if (is_terminal(snapshot->state) && !is_terminal(entry.visible->state))
    show(entry, snapshot);
  else
    park_if_far(entry);
}

void live_jobs::discard(job_entry& entry) {
  parts_.writes.take_back(entry.batch);
  if (entry.has_actor)
    parts_.out.abandon(entry);
  counters_.remove(*entry.visible);
  parts_.kept.release(entry.texts);
  count_for_agent(entry, entry.visible.get(), nullptr);
  parts_.due.disarm(entry);
  const auto gone = entry.visible;
  table_->remove(gone->spec->id);
  if (gone->spec->session)
    turns_->on_message_gone(*gone);
}

void live_jobs::rearm_delayed() {
  const auto now = parts_.out.now();
  for_each([&](job_entry& entry) {
    if (!entry.is_over && !entry.has_actor && entry.visible->state == job_state::scheduled)
      parts_.due.arm(entry, core::next_wake(core::revived(entry.visible, now)));
  });
}

void live_jobs::park_if_far(job_entry& entry) {
  const auto& record = *entry.visible;
  const auto is_wanted = entry.calls && (entry.calls->creation || !entry.calls->waiters.empty());
  if (!parts_.context.is_durable || !parts_.delayed.is_far(record) || is_wanted || entry.is_over
      || !parts_.writes.is_stored(entry.batch) || parts_.context.is_ending)
    return;
  parts_.delayed.leave(record);
  counters_.remove(record);
  parts_.due.disarm(entry);
  table_->remove(uuid{record.spec->id});
}

bool live_jobs::holds(const uuid& id) const {
  return find(id) != nullptr;
}

void live_jobs::adopt(const job_ptr& record) {
  parts_.delayed.take(*record);
  hold({core::revived(record, parts_.out.now()), {}, false},
       parts_.context.agents.find(record->spec->agent_id));
}

void live_jobs::release(const uuid& id) {
  if (auto* const entry = find(id))
    park_if_far(*entry);
}

} // namespace callboard::actors
