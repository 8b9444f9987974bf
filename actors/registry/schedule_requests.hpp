#pragma once

#include <functional>

#include "actors/registry/job_calls.hpp"
#include "actors/registry/runs.hpp"
#include "actors/registry/schedules.hpp"

namespace callboard::actors {

/// Answers the calls about schedules; see `schedule_service`. A change is answered once it is stored; one
/// that cannot be stored is rolled back.
class schedule_requests {
public:
  /// What it works with besides the parts of jobs; all must outlive it.
  struct schedule_parts {
    core::schedule_index& index;
    runs& started;
    schedules& due;
    const job_admission& admission;
    live_jobs& live;
    job_calls& calls;
  };

  schedule_requests(const live_job_parts& jobs, const schedule_parts& parts)
    : jobs_(jobs), parts_(parts) {
    // nop
  }

  void answer(schedule_call& call);

private:
  void on(create_schedule& call);
  void on(list_schedules& call);
  void on(get_schedule& call);
  void on(update_schedule& call);
  void on(enable_schedule& call);
  void on(remove_schedule& call);
  void on(run_schedule& call);
  void on(list_runs& call);
  void on(get_one_run& call);
  void on(cancel_one_run& call);
  void on(next_times& call);

  /// The schedule that a call means if it may see it and expects this version; else answers the call.
  template <class Call>
  const core::schedule_index::entry* schedule_for(Call& call);
  result<void> check_agent(const schedule_definition& wanted) const;
  void change(const core::schedule_index::entry& held, schedule_definition wanted,
              const core::zone_source& zones, callback<scheduled_job_ptr> done);
  /// Has a change stored and answers then. @param settled told before whether it could be.
  void answer_when_stored(schedule_change what, callback<scheduled_job_ptr> done,
                          scheduled_job_ptr value, std::function<void(bool is_stored)> settled);
  void roll_back_creation(const uuid& id);
  void roll_back_change(const core::live_schedule& before, const core::live_schedule& changed);
  void finish_removal(const uuid& id);
  void roll_back_removal(const uuid& id);
  /// Has a store that is not durable know all that has happened before it is asked for a run.
  void flush_before_reading();

  live_job_parts jobs_;
  schedule_parts parts_;
};

} // namespace callboard::actors
