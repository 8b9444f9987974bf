#include "actors/registry/registry.hpp"

#include <memory>
#include <utility>

namespace callboard::actors {

namespace {

/// How long to leave a store alone that could not write.
constexpr std::chrono::seconds store_retry{1};

/// How often to look for jobs that the store may forget: finer than anybody counts days.
constexpr std::chrono::minutes sweep_interval{1};

/// Changes that are worth a message to the keeper of a store that is not durable. Nobody waits for that
/// store before it is asked for a list, and what goes there in one piece is written once a job.
constexpr std::size_t gathered_min = 256;

/// Text that such a store may hold beyond what the engine counts.
constexpr std::size_t gathered_text_bytes_max = std::size_t{1024} * 1024;

/// Erased at a time, so that no commit waits long for it: a few milliseconds.
constexpr std::size_t erased_at_once = 500;

} // namespace

void registry_state::store_soon(job_entry& entry, job_ptr snapshot) {
  if (entry.batch == batch_number_) {
    batch_.snapshots[entry.batch_slot] = std::move(snapshot);
  } else {
    entry.batch = batch_number_;
    entry.batch_slot = static_cast<std::uint32_t>(batch_.snapshots.size());
    batch_.snapshots.push_back(std::move(snapshot));
  }
  flush_if_idle();
}

bool registry_state::is_stored(const job_entry& entry) const {
  const auto is_sent = entry.batch != batch_number_;
  return is_sent && (commits_under_way_ == 0 || entry.batch != sent_batch_);
}

void registry_state::flush_if_idle() {
  if (has_begun_ && store_fault_.empty() && commits_under_way_ == 0 && !batch_.is_empty()
      && !may_gather())
    flush();
}

bool registry_state::may_gather() const {
  return !is_durable_ && !is_draining_ && batch_answers_.empty()
         && batch_.snapshots.size() + batch_.erased.size() < gathered_min
         && dropped_text_bytes_ < gathered_text_bytes_max;
}

void registry_state::flush() {
  auto batch = std::make_shared<store_batch>(std::exchange(batch_, {}));
  if (batch->is_empty() && store_fault_.empty())
    return;
  if (batch->erased.size() > erased_at_once) {
    const auto kept = batch->erased.begin() + erased_at_once;
    batch_.erased.assign(kept, batch->erased.end());
    batch->erased.erase(kept, batch->erased.end());
  }
  if (batch_.erased.empty())
    dropped_text_bytes_ = 0;
  sent_batch_ = batch_number_;
  if (++batch_number_ == job_entry::no_batch)
    batch_number_ = 0;
  ++commits_under_way_;
  auto answers = std::make_shared<const stored_answers>(std::exchange(batch_answers_, {}));
  // The keeper has nothing to do until its answer has been seen, so that comes before what waits here.
  self_->request<caf::message_priority::high>(keeper_, caf::infinite, atom::commit_v, batch)
    .then(
      [this, batch, answers](const store_outcome& outcome) {
        --commits_under_way_;
        if (outcome)
          on_committed(*batch, *answers);
        else
          on_commit_failed(*batch, *answers, outcome.error());
      },
      [this, batch, answers](const caf::error&) {
        --commits_under_way_;
        on_commit_failed(*batch, *answers, {errc::internal, "the store does not answer"});
      });
}

void registry_state::on_committed(const store_batch& batch, const stored_answers& answers) {
  note_store({});
  // First, so that the keeper is at work while others are told of what it has done.
  flush_if_idle();
  for (const auto& answer : answers)
    answer(true);
  if (is_durable_)
    for (const auto& snapshot : batch.snapshots) {
      auto* const held = jobs_->find(snapshot->spec->id);
      if (!held)
        continue;
      auto& entry = *held;
      if (entry.calls && entry.calls->creation)
        acknowledge(entry, std::move(*std::exchange(entry.calls->creation, nullptr)));
      if (is_terminal(snapshot->state) && !is_terminal(entry.visible->state))
        show(entry, snapshot);
      else
        park_if_far(entry);
    }
  drain_if_quiet();
}

void registry_state::note_store(std::string_view fault) {
  const bool has_changed = store_fault_.empty() != fault.empty();
  store_fault_ = fault;
  if (has_changed && observers_.store_changed)
    observers_.store_changed(fault);
}

void registry_state::on_commit_failed(const store_batch& batch, const stored_answers& answers,
                                      const error& why) {
  note_store(why.message);
  batch_.schedules.insert(batch.schedules.begin(), batch.schedules.end());
  refuse_changes(answers);
  for (const auto& snapshot : batch.snapshots) {
    auto* const held = jobs_->find(snapshot->spec->id);
    if (!held)
      continue;
    auto& entry = *held;
    if (entry.calls && entry.calls->creation)
      refuse_creation(entry);
    else if (entry.batch != batch_number_)
      store_soon(entry, snapshot);
  }
  batch_.erased.insert(batch_.erased.end(), batch.erased.begin(), batch.erased.end());
  if (!std::exchange(is_retry_armed_, true))
    self_->delayed_send(self_, store_retry, atom::retry_v);
  drain_if_quiet();
}

void registry_state::refuse_changes(const stored_answers& answers) {
  // What has been asked for since builds on what could not be stored.
  const auto later = std::exchange(batch_answers_, {});
  for (const auto* all : {&later, &answers})
    for (auto answer = all->rbegin(); answer != all->rend(); ++answer)
      (*answer)(false);
  arm_schedules();
}

void registry_state::on_retry() {
  is_retry_armed_ = false;
  flush();
}

void registry_state::sweep(job_kind kind, system_time before) {
  if (is_draining_ || !store_fault_.empty())
    return; // there will be another time
  self_
    ->request(keeper_, caf::infinite, atom::sweep_v, retention_sweep{kind, before, erased_at_once})
    .then(
      [this, kind, before](const sweep_outcome& erased) {
        // A store that cannot erase is asked again by the next sweep, and its commits tell of it.
        if (erased && *erased == erased_at_once)
          sweep(kind, before);
      },
      [](const caf::error&) {
        // The keeper has ended, and the engine with it.
      });
}

void registry_state::sweep_now_and_then() {
  const auto now = now_of(self_, *context_);
  sweep(job_kind::agent, now.wall - options_.agent_job_retention);
  next_sweep_ = now.steady + sweep_interval;
}

void registry_state::take_back(const job_entry& entry) {
  if (entry.batch != batch_number_)
    return;
  auto& snapshots = batch_.snapshots;
  if (auto* const last = jobs_->find(snapshots.back()->spec->id);
      last && last->batch == batch_number_)
    last->batch_slot = entry.batch_slot;
  snapshots[entry.batch_slot] = std::move(snapshots.back());
  snapshots.pop_back();
}

void registry_state::refuse_creation(job_entry& entry) {
  const auto id = entry.visible->spec->id;
  const auto calls = std::move(entry.calls);
  take_back(entry);
  if (calls->creation->on_refused)
    calls->creation->on_refused();
  calls->creation->call->done(fail(errc::unavailable, "jobs cannot be stored at the moment"));
  if (entry.handle)
    self_->send(entry.handle, atom::abandon_v);
  counters_.remove(*entry.visible);
  texts_.release(entry.texts);
  count_for_agent(entry, entry.visible.get(), nullptr);
  timers_.disarm(entry);
  jobs_->remove(id);
}

} // namespace callboard::actors
