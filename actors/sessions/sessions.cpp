#include "actors/sessions/sessions.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include "actors/registry/outbox.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/sessions/session_rules.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// Messages of forgotten sessions erased at a time, so that no commit waits long for it.
constexpr std::size_t erased_messages_max = 500;

/// How long to wait with dropping a session whose last change is not stored yet.
constexpr std::chrono::seconds unstored_wait{1};

constexpr auto deletion_reason = "the session was deleted";

} // namespace

sessions::sessions(const live_job_parts& parts, job_calls& calls, live_jobs& live)
  : parts_(parts), calls_(calls), live_(live) {
  // nop
}

void sessions::restore(std::vector<session_ptr> stored) {
  for (auto& one : stored) {
    auto& entry = add(std::move(one));
    entry.stored = entry.current;
  }
}

void sessions::begin() {
  has_begun_ = true;
  for (const auto& id : turns_.sessions()) {
    if (index_.find(id)) {
      take_turn(*turns_.first(id));
      continue;
    }
    // It was deleted, and the engine ended before its jobs were canceled.
    for (const auto& job : turns_.newest_first(id))
      if (auto* const entry = live_.find(job); entry && !entry->is_over)
        live_.apply(*entry, core::event::cancel_asked{deletion_reason});
  }
  // Not before: the live jobs of a session whose retention has passed meanwhile go on.
  on_due();
  if (parts_.context.is_durable)
    sweep_leftovers();
}

core::session_entry& sessions::add(session_ptr one) {
  auto& entry = index_.add(std::move(one));
  arm(entry);
  return entry;
}

void sessions::put(core::session_entry& entry, session next, std::size_t dropped) {
  entry.current = std::make_shared<const session>(std::move(next));
  parts_.writes.put_session(entry.current->spec->id,
                            {entry.current->spec->id, entry.current, dropped});
  arm(entry);
}

void sessions::begin_removal(core::session_entry& entry) {
  parts_.writes.put_session(entry.current->spec->id, {entry.current->spec->id, nullptr, 0});
  timers_.disarm(entry);
  index_.hide(entry);
  entry.is_deleted = entry.is_removing = true;
}

void sessions::finish_removal(const uuid& id) {
  // The last one first, so that none begins because the one before it has ended.
  for (const auto& job : turns_.newest_first(id)) {
    auto* const entry = live_.find(job);
    if (!entry || entry->is_over)
      continue;
    if (entry->has_actor)
      parts_.out.cancel(*entry, deletion_reason);
    else
      live_.apply(*entry, core::event::cancel_asked{deletion_reason});
  }
  if (auto* const entry = index_.find(id))
    entry->is_removing = false;
  remove_if_over(id);
}

void sessions::undo_removal(const uuid& id) {
  auto* const entry = index_.find(id);
  if (!entry)
    return;
  entry->is_deleted = entry->is_removing = false;
  index_.show(*entry);
  arm(*entry);
  // What was waiting for its turn while the session was hidden.
  if (const auto job = turns_.first(id))
    take_turn(*job);
}

void sessions::remove_if_over(const uuid& id) {
  auto* const entry = index_.find(id);
  if (!entry || !entry->is_hidden || entry->is_removing || turns_.size(id) > 0)
    return;
  timers_.disarm(*entry);
  index_.remove(id);
}

std::optional<system_time> sessions::answered_at(const uuid& job) const {
  const auto found = answered_at_.find(job);
  return found == answered_at_.end() ? std::nullopt : std::optional{found->second};
}

void sessions::arm(core::session_entry& entry) {
  if (entry.is_hidden)
    return;
  const auto now = parts_.out.now();
  auto due = entry.current->expires_at;
  if (entry.is_expired)
    due += parts_.context.options.message_retention;
  timers_.arm(entry, core::time_after(now.steady, due - now.wall));
}

void sessions::on_due() {
  const auto now = parts_.out.now();
  while (auto* const entry = timers_.pop_due(now.steady)) {
    if (!is_expired(*entry->current, now.wall)) {
      arm(*entry); // the wall clock was set back
      continue;
    }
    index_.expire(*entry);
    if (now.wall < entry->current->expires_at + parts_.context.options.message_retention)
      arm(*entry);
    else if (parts_.context.is_durable && entry->stored != entry->current)
      timers_.arm(*entry, now.steady + unstored_wait); // the store may refuse what ended it
    else
      drop(*entry);
  }
}

void sessions::drop(core::session_entry& entry) {
  const auto id = entry.current->spec->id;
  parts_.writes.put_session(id, {id, nullptr, 0});
  index_.hide(entry);
  remove_if_over(id);
  parts_.writes.flush_if_idle();
}

std::optional<steady_time> sessions::next_due() const {
  return timers_.is_empty() ? std::nullopt : std::optional{timers_.next_due()};
}

void sessions::rearm() {
  index_.for_each([this](core::session_entry& entry) { arm(entry); });
}

// -- jobs of messages ----------------------------------------------------------

bool sessions::begins(const callboard::job& message) {
  const auto& turn = *message.spec->session;
  turns_.add(turn, message.spec->id);
  if (!has_begun_)
    return false;
  if (turns_.first(turn.session_id) != message.spec->id)
    return false;
  flush_before_reading(turn.session_id);
  return true;
}

void sessions::take_turn(const uuid& job) {
  auto* const held = live_.find(job);
  if (!held || !has_begun_ || parts_.context.is_ending)
    return;
  if (const auto* const entry = index_.find(held->visible->spec->session->session_id);
      entry && entry->is_deleted)
    return;
  flush_before_reading(held->visible->spec->session->session_id);
  live_.begin_turn(*held);
}

void sessions::flush_before_reading(const uuid& id) {
  // The agent asks the store for what came before. A durable one has it: the job before this one is shown
  // as ended only once its end is stored.
  const auto* const entry = index_.find(id);
  if (!parts_.context.is_durable && entry && entry->current->message_count > 1)
    parts_.writes.flush();
}

void sessions::on_message_over(const job_ptr& ended) {
  const auto& turn = *ended->spec->session;
  auto* const entry = index_.find(turn.session_id);
  if (ended->state != job_state::completed || !entry || entry->is_hidden
      || is_expired(*entry->current, *ended->finished_at))
    return;
  const auto created_at = core::next_message_time(*entry->current, *ended->finished_at);
  auto grown
    = core::with_message(*entry->current, created_at, parts_.context.options.sessions.messages_max);
  parts_.writes.add_message(core::answer_of(*ended, created_at));
  put(*entry, std::move(grown.record), grown.dropped);
  answered_at_[ended->spec->id] = created_at;
}

void sessions::on_message_gone(const callboard::job& message) {
  const auto& turn = *message.spec->session;
  answered_at_.erase(message.spec->id);
  if (const auto next = turns_.remove(turn, message.spec->id))
    take_turn(*next);
  remove_if_over(turn.session_id);
}

// -- the store -----------------------------------------------------------------

void sessions::on_written(const store_batch& batch) {
  bool has_forgotten = false;
  for (const auto& [id, change] : batch.sessions) {
    has_forgotten = has_forgotten || !change.record;
    if (auto* const entry = index_.find(id); entry && change.record)
      entry->stored = change.record;
  }
  if (has_forgotten && parts_.context.is_durable)
    sweep_leftovers();
}

void sessions::on_refused(const store_batch& batch) {
  const auto later = parts_.writes.take_conversations();
  const auto refuse = [this](const session_message& one) {
    const auto job = turns_.job_of(one.session_id, one.turn);
    auto* const entry = job && !one.is_agent ? live_.find(*job) : nullptr;
    if (entry && entry->calls && entry->calls->creation)
      calls_.refuse(*entry);
  };
  // The last one first, so that none begins because the one before it is gone.
  for (const auto* const messages : {&later.messages, &batch.messages})
    for (auto one = messages->rbegin(); one != messages->rend(); ++one)
      refuse(*one);
  for (const auto* const changes : {&later.sessions, &batch.sessions})
    for (const auto& [id, change] : *changes)
      roll_back(change);
  // What an agent has answered is not lost: the job's end is put again, too.
  for (const auto* const messages : {&batch.messages, &later.messages})
    for (const auto& one : *messages) {
      auto* const entry = index_.find(one.session_id);
      if (!one.is_agent || !entry || entry->is_hidden)
        continue;
      auto grown = core::with_message(*entry->current, one.created_at,
                                      parts_.context.options.sessions.messages_max);
      parts_.writes.add_message(one);
      put(*entry, std::move(grown.record), grown.dropped);
    }
}

void sessions::roll_back(const session_change& change) {
  auto* const entry = index_.find(change.id);
  if (!entry || (entry->is_hidden && !entry->is_deleted)) {
    parts_.writes.put_session(change.id, {change.id, nullptr, 0}); // it was dropped
  } else if (!entry->stored) {
    // Its creation was refused. The file may hold it nonetheless.
    timers_.disarm(*entry);
    index_.remove(change.id);
    parts_.writes.put_session(change.id, {change.id, nullptr, 0});
  } else {
    entry->current = entry->stored;
    parts_.writes.put_session(change.id, {change.id, entry->current, 0});
    if (entry->is_expired && !is_expired(*entry->current, parts_.out.now().wall))
      index_.unexpire(*entry); // the change that ended it was refused
    arm(*entry);
  }
}

void sessions::sweep_leftovers() {
  if (std::exchange(is_sweeping_, true))
    return;
  parts_.out.sweep(leftover_sweep{erased_messages_max}, [this](const sweep_outcome& erased) {
    is_sweeping_ = false;
    // A store that cannot erase is asked again when the next session is forgotten, and at the start.
    if (erased && *erased == erased_messages_max && !parts_.context.is_draining)
      sweep_leftovers();
  });
}

} // namespace callboard::actors
