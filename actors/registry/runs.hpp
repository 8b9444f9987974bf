#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "actors/registry/job_admission.hpp"
#include "actors/registry/live_jobs.hpp"
#include "core/schedules/schedule_index.hpp"

namespace callboard::actors {

/// The runs of schedules: starts them, and keeps with each schedule what becomes of them. A run and the
/// record of the schedule that counts it go to the store in one batch.
class runs : public run_listener {
public:
  /// @param schedules, admission, live must outlive this, as must the parts.
  runs(const live_job_parts& parts, core::schedule_index& schedules, job_admission& admission,
       live_jobs& live)
    : parts_(parts), schedules_(schedules), admission_(admission), live_(live) {
    // nop
  }

  /// A run with the name of its schedule, which stores do not keep; any other job as it is.
  job_ptr with_schedule_name(job_ptr run) const;

  /// Takes up a run that was live when the engine started.
  void restore(job_entry& entry);

  /// Puts the next snapshot of a schedule in the place of the one before, here and in the store.
  void keep(core::live_schedule next);

  /// Does what a step of a schedule wants. A run for which there is no room waits.
  void perform(core::schedule_step step);

  /// Starts what waits for the end of earlier runs of a schedule.
  void start_waiting(const uuid& schedule);

  /// Starts a run. Errors: what stands against any new job; then nothing has changed.
  /// @param done taken, and answered once the run is stored; may be empty.
  result<void> start(core::schedule_step step, callback<job_ptr>& done);

  /// Cancels all runs of a schedule that are going, manual ones too.
  void cancel_all(const core::schedule_index::entry& of, const std::string& reason);

  bool on_run_changed(job_entry& entry, const job_ptr& run) override;
  void on_run_ended(const uuid& schedule) override;

  /// When to call `erase_surplus`; none while no schedule can have too many finished runs, and while the
  /// store is erasing some.
  std::optional<steady_time> next_erase() const noexcept {
    return next_erase_;
  }

  /// Has the store forget the older runs of schedules of which runs have ended.
  void erase_surplus();

private:
  void cancel(const uuid& run, const std::string& reason);
  bool on_run_over(job_entry& entry, const job_ptr& run);
  void on_erased(const run_sweep& what, const sweep_outcome& erased);
  void tell_of_failed_attempt(const job_ptr& run) const;
  /// What takes the start of a run back that could not be stored.
  std::function<void()> roll_back(const core::live_schedule& before, const uuid& run);

  live_job_parts parts_;
  core::schedule_index& schedules_;
  job_admission& admission_;
  live_jobs& live_;
  /// Schedules that may have more finished runs than are kept.
  std::unordered_set<uuid> surplus_;
  std::optional<steady_time> next_erase_;
  /// The store has been asked and has not answered.
  bool is_erasing_ = false;
};

} // namespace callboard::actors
