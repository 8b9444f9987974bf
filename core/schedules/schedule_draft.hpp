#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "core/schedules/schedule_rules.hpp"

namespace callboard::core {

/// A private copy of a record that becomes the next one. What the rules of scheduled jobs are written
/// with.
class schedule_draft {
public:
  /// Begins with a copy of the job as it stands.
  explicit schedule_draft(const live_schedule& before)
    : when_(before.when), record_(std::make_shared<scheduled_job>(*before.record)) {
    // nop
  }

  /// The record in the making.
  scheduled_job& operator*() const {
    return *record_;
  }
  /// The same.
  scheduled_job* operator->() const {
    return record_.get();
  }

  /// A run starts.
  void count_start(system_time now) const {
    ++record_->run_count;
    record_->last_run_at = now;
  }

  /// Sets when it is due next, and the status that goes with it.
  void set_next(std::optional<system_time> next, system_time now) const {
    record_->next_run_at = next;
    auto status = next ? schedule_status::active : schedule_status::completed;
    if (!record_->definition->is_enabled)
      status = schedule_status::paused;
    record_->blocked_since.reset();
    if (status == schedule_status::completed)
      record_->blocked_by.clear();
    set_status(status, now);
  }

  /// It cannot be told when it is due: from `since` on that is still to be found out.
  /// @pre it is enabled.
  void block(system_time since, system_time now) const {
    record_->next_run_at.reset();
    record_->blocked_since = since;
    set_status(schedule_status::active, now);
  }

  /// The resulting job; ends the draft.
  live_schedule done() && {
    return {std::move(record_), std::move(when_)};
  }

private:
  void set_status(schedule_status status, system_time now) const {
    if (status == record_->status)
      return;
    record_->status = status;
    ++record_->version;
    record_->updated_at = now;
  }

  std::shared_ptr<const timing> when_;
  std::shared_ptr<scheduled_job> record_;
};

/// The times from `first` to `now` were missed: counts them, and notes what is to be made up for.
/// @param first one of them.
void miss(const schedule_draft& next, const timing& when, system_time first, system_time now);

} // namespace callboard::core
