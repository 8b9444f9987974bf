#include "actors/registry/registry.hpp"

#include <algorithm>
#include <utility>

#include "actors/job.hpp"
#include "core/jobs/admission.hpp"
#include "core/jobs/text_bytes.hpp"
#include "core/schedules/clock_correction.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

bool is_for_agent(const callboard::job* one) noexcept {
  return one && core::occupies_agent(*one);
}

} // namespace

void registry_state::restore(held_jobs stored) {
  parked_ = std::move(stored.delayed);
  loaded_until_ = stored.due_before;
  load_from_ = {loaded_until_, {}};
  restore_schedules(stored.schedules);
  restore_live(std::move(stored.live));
  restore_finished(stored.finished_messages);
  if (observers_.times_corrected && corrected_ != corrected_times{})
    observers_.times_corrected(corrected_);
  if (is_durable_) {
    sweep_now_and_then();
    next_load_ = self_->clock().now() + delayed_horizon / 2;
  }
  watch_wall_clock();
  has_begun_ = true;
  flush_if_idle();
  arm();
}

void registry_state::restore_finished(const std::vector<job_ptr>& finished) {
  for (const auto& record : finished) {
    auto& entry = jobs_->add(record);
    counters_.add_ended(*record);
    keep_finished(entry);
  }
  make_room(0, 0);
  // There may be more in the store than can be held: a limit was higher before, or the process ended
  // before it had erased what it had dropped.
  if (!finished.empty())
    sweep(job_kind::message, *finished.front()->finished_at);
}

void registry_state::restore_live(std::vector<job_ptr> live) {
  for (auto& record : live) {
    const auto now = now_of(self_, *context_);
    const auto agent = agent_of(*record);
    auto corrected = core::correct_times(with_schedule_name(std::move(record)),
                                         agent ? agents_[*agent].retry : agent_retry{}, now.wall);
    auto first = core::resume(corrected.record, now, context_->random);
    first.is_changed = first.is_changed || corrected.is_changed();
    corrected_.deadlines += corrected.is_deadline_new ? 1 : 0;
    corrected_.retries += corrected.is_retry_new ? 1 : 0;
    auto& entry = hold(std::move(first), agent);
    if (entry.visible->spec->run)
      restore_run(entry);
  }
}

void registry_state::restore_run(job_entry& entry) {
  const auto run = entry.visible;
  const auto& fields = *run->spec->run;
  if (is_terminal(run->state))
    on_run_over(entry, run);
  else if (schedules_.find(fields.schedule_id))
    schedules_.begin_run(fields.schedule_id, run->spec->id, fields.trigger);
  else
    cancel_run(run->spec->id, "the scheduled job was deleted");
}

job_entry& registry_state::hold(core::transition first, std::optional<std::size_t> agent) {
  auto& record = first.next.record;
  auto& entry = jobs_->add(record);
  entry.agent = static_cast<std::uint32_t>(agent.value_or(agents_.size()));
  counters_.add(*record);
  count_for_agent(entry, nullptr, record.get());
  count_texts(entry, *record);
  if (first.is_changed)
    store_soon(entry, record);
  if (is_terminal(record->state)) {
    entry.is_over = true;
    if (observers_.job_ended)
      observers_.job_ended(*record);
    keep_finished(entry);
    return entry;
  }
  timers_.arm(entry, core::next_wake(first.next));
  if (record->state == job_state::scheduled) {
    watch_wall_clock();
    arm();
    return entry; // its actor comes when its time does
  }
  if (!agent) {
    // By the way of all jobs, so that whoever is told of ends hears of this one.
    timers_.arm(entry, self_->clock().now());
    arm();
    return entry;
  }
  entry.handle = self_->spawn(
    job, context_, job_start{std::move(first.next), registry_actor{self_}, agent_actors_[*agent]});
  // On the job's behalf: jobs that begin on several threads would reach their agent in any order.
  if (first.effects.start_task)
    self_->send(agent_actors_[*agent], atom::offer_v, entry.visible, entry.handle);
  arm();
  return entry;
}

void registry_state::on_update(const job_update& update) {
  auto* const held = jobs_->find(update.snapshot->spec->id);
  if (!held)
    return; // its creation was refused by the store
  auto& entry = *held;
  const auto is_over = is_terminal(update.snapshot->state);
  if (is_over) {
    entry.is_over = true;
    entry.handle = nullptr;
    timers_.disarm(entry);
  } else {
    timers_.arm(entry, update.wake);
    arm();
  }
  const auto* const run = update.snapshot->spec->run.get();
  if (run) {
    note_failed_attempt(update.snapshot);
    if (is_over && !on_run_over(entry, update.snapshot))
      return;
  }
  count_texts(entry, *update.snapshot);
  store_soon(entry, update.snapshot);
  if (!is_durable_ || !is_over)
    show(entry, update.snapshot);
  if (run && is_over)
    start_waiting(run->schedule_id);
}

void registry_state::show(job_entry& entry, const job_ptr& snapshot) {
  counters_.change(*entry.visible, *snapshot);
  count_for_agent(entry, entry.visible.get(), snapshot.get());
  jobs_->show(entry, snapshot);
  if (!is_terminal(snapshot->state))
    return;
  if (observers_.job_ended)
    observers_.job_ended(*snapshot);
  answer_waiters(entry);
  keep_finished(entry);
  drain_if_quiet();
}

void registry_state::count_for_agent(job_entry& entry, const callboard::job* before,
                                     const callboard::job* after) {
  if (is_for_agent(before) && !is_for_agent(after))
    --agent_load_[entry.agent];
  if (!is_for_agent(before) && is_for_agent(after))
    ++agent_load_[entry.agent];
}

void registry_state::answer_waiters(job_entry& entry) {
  const auto calls = std::exchange(entry.calls, nullptr);
  if (!calls)
    return;
  auto is_cancel_won = entry.visible->state == job_state::canceled;
  for (auto& one : calls->waiters) {
    waiters_.disarm(*one);
    if (one->is_cancel)
      --cancels_under_way_;
    // Of several who cancel at the same time one has canceled it; the others came too late.
    if (!one->is_cancel || std::exchange(is_cancel_won, false))
      one->done(entry.visible);
    else
      one->done(fail_as_over(entry.visible->state));
  }
}

void registry_state::release_waiters(job_entry& entry) {
  if (!entry.calls)
    return;
  auto& waiting = entry.calls->waiters;
  const auto first = std::stable_partition(waiting.begin(), waiting.end(),
                                           [](const auto& one) { return one->is_cancel; });
  for (auto one = first; one != waiting.end(); ++one) {
    waiters_.disarm(**one);
    (*one)->done(entry.visible);
  }
  waiting.erase(first, waiting.end());
}

void registry_state::keep_finished(job_entry& entry) {
  const auto& record = *entry.visible;
  const auto now = now_of(self_, *context_);
  const auto is_message = record.spec->kind == job_kind::message;
  const auto from = is_message ? core::retention_start(record, now.wall) : now.wall;
  const auto keep = is_message ? options_.message_retention : options_.finished_retention;
  if (is_message) {
    finished_.push_back(record.spec->id);
    texts_.set(entry.texts, {core::text_bytes(record), true});
  }
  timers_.arm(entry, core::time_after(now.steady, from - now.wall + keep));
  arm();
}

void registry_state::drop(job_entry& entry) {
  const auto id = entry.visible->spec->id;
  // Agent jobs stay in a durable store, runs in any: only so many of them are kept.
  const auto kind = entry.visible->spec->kind;
  if (kind == job_kind::message || (kind == job_kind::agent && !is_durable_))
    batch_.erased.push_back(id);
  counters_.remove(*entry.visible);
  dropped_text_bytes_ += entry.texts.bytes;
  texts_.release(entry.texts);
  timers_.disarm(entry);
  jobs_->remove(id);
  while (!finished_.empty() && !jobs_->find(finished_.front()))
    finished_.pop_front();
  flush_if_idle();
}

void registry_state::drop_oldest_finished() {
  while (!finished_.empty()) {
    auto* const oldest = jobs_->find(finished_.front());
    finished_.pop_front();
    if (oldest) {
      drop(*oldest);
      return;
    }
  }
}

void registry_state::count_texts(job_entry& entry, const callboard::job& newest) {
  if (newest.spec->kind != job_kind::message)
    return;
  // A job that has just ended cannot be dropped before somebody could see it.
  texts_.set(entry.texts, {core::text_bytes(newest), false});
  make_room(0, 0);
}

void registry_state::make_room(std::size_t text_bytes, std::size_t jobs) {
  while (!finished_.empty()
         && (counters_.held(job_kind::message) + jobs > options_.jobs_max
             || !texts_.has_room(text_bytes)))
    drop_oldest_finished();
}

void registry_state::on_wake() {
  const auto now = self_->clock().now();
  if (armed_for_ && *armed_for_ <= now)
    armed_for_.reset();
  // First: it may tell that others are due.
  if (clock_look_ && *clock_look_ <= now)
    look_at_wall_clock();
  while (auto* entry = timers_.pop_due(now)) {
    if (entry->handle)
      self_->send(entry->handle, atom::wake_v);
    else if (is_terminal(entry->visible->state))
      drop(*entry);
    else if (!entry->is_over)
      begin_if_due(*entry);
  }
  while (auto* one = waiters_.pop_due(now)) {
    auto& waiting = one->entry->calls->waiters;
    const auto place = std::find_if(waiting.begin(), waiting.end(),
                                    [one](const auto& other) { return other.get() == one; });
    const auto taken = std::move(*place);
    waiting.erase(place);
    taken->done(taken->entry->visible);
    park_if_far(*taken->entry);
  }
  if (next_load_ && *next_load_ <= now)
    load_delayed();
  if (next_sweep_ && *next_sweep_ <= now)
    sweep_now_and_then();
  if (schedule_wake_ && *schedule_wake_ <= now)
    on_schedules_due();
  if (next_trim_ && *next_trim_ <= now)
    erase_surplus_runs();
  arm();
}

void registry_state::arm() {
  auto due = next_sweep_;
  for (const auto& other : {next_load_, schedule_wake_, next_trim_, clock_look_})
    if (other)
      due = std::min(due.value_or(*other), *other);
  if (!timers_.is_empty())
    due = std::min(due.value_or(timers_.next_due()), timers_.next_due());
  if (!waiters_.is_empty())
    due = std::min(due.value_or(waiters_.next_due()), waiters_.next_due());
  // A wake-up cannot be taken back; one that comes too early finds nothing due.
  if (!due || (armed_for_ && *armed_for_ <= *due))
    return;
  armed_for_ = *due;
  if (*due <= self_->clock().now())
    self_->send(self_, atom::wake_v);
  else
    self_->scheduled_send(self_, *due, atom::wake_v);
}

} // namespace callboard::actors
