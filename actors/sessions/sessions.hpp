#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/registry/job_calls.hpp"
#include "actors/registry/live_jobs.hpp"
#include "core/sessions/session_index.hpp"
#include "core/sessions/turn_queues.hpp"

namespace callboard::actors {

/// The life of sessions: when they end and are dropped, whose turn it is in each, which answers they get,
/// and what of it is stored. What goes to the store stands in one batch with the job that it belongs to.
class sessions : public turn_listener {
public:
  /// @param calls, live must outlive this, as must the parts.
  sessions(const live_job_parts& parts, job_calls& calls, live_jobs& live);

  // -- the start ---------------------------------------------------------------

  /// Takes up what the store held. To be called before its live jobs are.
  void restore(std::vector<session_ptr> stored);

  /// Begins the first live message of each session, once all live jobs are held.
  void begin();

  // -- sessions ----------------------------------------------------------------

  core::session_index& index() noexcept {
    return index_;
  }

  const core::turn_queues& turns() const noexcept {
    return turns_;
  }

  /// Adds a session that is new.
  core::session_entry& add(session_ptr one);

  /// Gives a session its next snapshot.
  /// @param dropped messages that go for one more; see `session_change`
  void put(core::session_entry& entry, session next, std::size_t dropped = 0);

  /// Has the store forget a session. It is hidden until `finish_removal` or `undo_removal`.
  void begin_removal(core::session_entry& entry);
  /// The store has forgotten it: its live jobs are canceled.
  void finish_removal(const uuid& id);
  /// The store could not forget it.
  void undo_removal(const uuid& id);

  /// When the answer of a job that has just ended was created, if it became one of the messages.
  std::optional<system_time> answered_at(const uuid& job) const;

  // -- time --------------------------------------------------------------------

  /// Ends and drops sessions whose time has come.
  void on_due();

  /// When the next one's time comes; none without sessions.
  std::optional<steady_time> next_due() const;

  /// The wall clock was set forward.
  void rearm();

  // -- the store ---------------------------------------------------------------

  void on_written(const store_batch& batch);
  /// Takes back what could not be stored, and what builds on it; answers that agents gave are put again.
  /// To be called before the jobs of the batch are looked at.
  void on_refused(const store_batch& batch);

  // -- jobs of messages --------------------------------------------------------

  bool begins(const callboard::job& message) override;
  void on_message_over(const job_ptr& ended) override;
  void on_message_gone(const callboard::job& message) override;

private:
  void arm(core::session_entry& entry);
  void drop(core::session_entry& entry);
  void take_turn(const uuid& job);
  void flush_before_reading(const uuid& id);
  void roll_back(const session_change& change);
  void sweep_leftovers();
  void remove_if_over(const uuid& id);

  live_job_parts parts_;
  job_calls& calls_;
  live_jobs& live_;
  core::session_index index_;
  core::turn_queues turns_;
  core::timer_heap<core::session_entry> timers_;
  std::unordered_map<uuid, system_time> answered_at_;
  /// Before it has begun, nothing takes its turn.
  bool has_begun_ = false;
  bool is_sweeping_ = false;
};

} // namespace callboard::actors
