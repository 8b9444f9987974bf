#include "actors/registry/write_behind.hpp"

#include <memory>
#include <utility>

#include "actors/registry/outbox.hpp"

namespace callboard::actors {

namespace {

/// How long to leave a store alone that could not write.
constexpr std::chrono::seconds store_retry{1};

/// Changes that are worth a message to the keeper of a store that is not durable. No call waits for that
/// store before it is asked for a list, and what goes there in one piece is written once a job.
constexpr std::size_t gathered_min = 256;

/// Text that such a store may hold beyond what the engine counts.
constexpr std::size_t gathered_text_bytes_max = std::size_t{1024} * 1024;

/// Erased at a time, so that no commit waits long for it: a few milliseconds.
constexpr std::size_t erased_at_once = 500;

} // namespace

write_behind::write_behind(outbox& out, batch_listener& listener, bool is_durable)
  : out_(out), listener_(listener), is_durable_(is_durable) {
  // nop
}

bool write_behind::gathering::is_empty() const noexcept {
  return writes_nothing() && batch.erased.empty();
}

bool write_behind::gathering::writes_nothing() const noexcept {
  return batch.snapshots.size() == taken_back && batch.schedules.empty() && batch.sessions.empty()
         && batch.messages.empty();
}

void write_behind::begin() {
  has_begun_ = true;
  flush_if_idle();
}

void write_behind::put(batch_place& place, job_ptr snapshot) {
  auto& snapshots = next_.batch.snapshots;
  if (is_gathered(place)) {
    if (!std::exchange(snapshots[place.slot], std::move(snapshot)))
      --next_.taken_back;
  } else {
    place = {number_, static_cast<std::uint32_t>(snapshots.size())};
    snapshots.push_back(std::move(snapshot));
  }
  flush_if_idle();
}

void write_behind::put_schedule(const uuid& id, scheduled_job_ptr record) {
  next_.batch.schedules[id] = std::move(record);
}

void write_behind::put_session(const uuid& id, session_change change) {
  auto& held = next_.batch.sessions[id];
  change.messages_dropped += held.messages_dropped;
  held = std::move(change);
}

void write_behind::add_message(session_message message) {
  next_.batch.messages.push_back(std::move(message));
}

write_behind::conversations write_behind::take_conversations() {
  return {std::exchange(next_.batch.sessions, {}), std::exchange(next_.batch.messages, {})};
}

void write_behind::erase(const uuid& id, std::size_t text_bytes) {
  next_.batch.erased.push_back(id);
  next_.erased_text_bytes += text_bytes;
}

void write_behind::take_back(const batch_place& place) {
  if (is_gathered(place) && std::exchange(next_.batch.snapshots[place.slot], nullptr))
    ++next_.taken_back;
}

void write_behind::answer_when_stored(stored_answer answer) {
  next_.answers.push_back(std::move(answer));
}

bool write_behind::is_stored(const batch_place& place) const noexcept {
  return !is_gathered(place) && (under_way_ == 0 || place.batch != sent_);
}

bool write_behind::is_gathered(const batch_place& place) const noexcept {
  return place.batch == number_;
}

bool write_behind::is_settled() const noexcept {
  return under_way_ == 0 && next_.writes_nothing();
}

void write_behind::flush_if_idle() {
  if (has_begun_ && fault_.empty() && under_way_ == 0 && !next_.is_empty() && !may_gather())
    flush();
}

bool write_behind::may_gather() const noexcept {
  return !is_durable_ && !is_stopping_ && next_.answers.empty()
         && next_.batch.snapshots.size() + next_.batch.erased.size() + next_.batch.sessions.size()
              < gathered_min
         && next_.erased_text_bytes < gathered_text_bytes_max;
}

write_behind::gathering write_behind::take() {
  auto taken = std::exchange(next_, {});
  auto& erased = taken.batch.erased;
  if (erased.size() > erased_at_once) {
    next_.batch.erased.assign(erased.begin() + erased_at_once, erased.end());
    next_.erased_text_bytes = taken.erased_text_bytes;
    erased.resize(erased_at_once);
  }
  if (taken.taken_back > 0)
    std::erase(taken.batch.snapshots, nullptr);
  sent_ = number_;
  if (++number_ == batch_place::no_batch)
    number_ = 0;
  return taken;
}

void write_behind::flush() {
  if (next_.is_empty() && fault_.empty())
    return;
  const auto sent = std::make_shared<gathering>(take());
  ++under_way_;
  // The batch lives as long as what is sent with it.
  out_.commit(store_batch_ptr{sent, &sent->batch}, [this, sent](const result<void>& outcome) {
    --under_way_;
    on_outcome(*sent, outcome);
  });
}

void write_behind::stop_gathering() {
  is_stopping_ = true;
  flush_if_idle();
}

void write_behind::on_outcome(const gathering& sent, const result<void>& outcome) {
  if (!outcome)
    return on_refused(sent, outcome.error());
  note({});
  // First, so that the store is at work while others are told of what it has done.
  flush_if_idle();
  for (const auto& answer : sent.answers)
    answer(true);
  listener_.on_written(sent.batch);
}

void write_behind::on_refused(const gathering& sent, const error& why) {
  note(why.message);
  next_.batch.schedules.insert(sent.batch.schedules.begin(), sent.batch.schedules.end());
  // What has been asked for since builds on what could not be stored: the last change is taken back first.
  const auto later = std::exchange(next_.answers, {});
  for (const auto* all : {&later, &sent.answers})
    for (auto answer = all->rbegin(); answer != all->rend(); ++answer)
      (*answer)(false);
  listener_.on_refused(sent.batch);
  next_.batch.erased.insert(next_.batch.erased.end(), sent.batch.erased.begin(),
                            sent.batch.erased.end());
  if (!std::exchange(is_retry_armed_, true))
    out_.retry_after(store_retry);
}

void write_behind::retry() {
  is_retry_armed_ = false;
  flush();
}

void write_behind::note(std::string_view fault) {
  const bool has_changed = fault_.empty() != fault.empty();
  fault_ = fault;
  if (has_changed)
    listener_.on_store_changed(fault_);
}

} // namespace callboard::actors
