#pragma once

#include <memory>

#include "actors/registry/actor_outbox.hpp"
#include "actors/registry/job_calls.hpp"
#include "actors/registry/registry.hpp"
#include "actors/registry/retention.hpp"
#include "actors/registry/runs.hpp"
#include "actors/registry/schedule_requests.hpp"
#include "actors/registry/schedules.hpp"
#include "actors/registry/shutdown.hpp"
#include "actors/registry/timers.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/wall_clock.hpp"
#include "actors/registry/write_behind.hpp"
#include "actors/sessions/session_requests.hpp"
#include "actors/sessions/sessions.hpp"

namespace callboard::actors {

/// The parts of a registry, each above what it works with, and what takes more than one of them.
class registry_parts : batch_listener {
public:
  /// @param out must outlive this.
  registry_parts(outbox& out, registry_context what, std::shared_ptr<job_table> jobs);

  /// Takes up what the store held. To be called first.
  void restore(held_jobs stored);

  job_calls& calls() noexcept {
    return jobs_.calls;
  }

  schedule_requests& schedule_calls() noexcept {
    return requests_;
  }

  session_requests& session_calls() noexcept {
    return talking_.requests;
  }

  /// A job has changed.
  void update(const job_update& what) {
    jobs_.live.update(what);
  }

  /// How the engine is.
  engine_health report() const;

  shutdown& end() noexcept {
    return end_;
  }

  write_behind& writes() noexcept {
    return base_.writes;
  }

  /// Something is due: looks at a portion of it. What is left is due at once again.
  void on_wake();

  /// To be called after each message: has the registry woken up in time, and ends it if it can.
  void settle();

private:
  /// What knows nothing of the others.
  struct base {
    base(outbox& out, batch_listener& listener, registry_context what);

    registry_context context;
    write_behind writes;
    waiters waiting;
    retention kept;
    delayed_jobs delayed;
    timers due;
    wall_clock clock;
  };

  /// Jobs of all kinds.
  struct jobs {
    jobs(const live_job_parts& parts, std::shared_ptr<job_table> table);

    live_jobs live;
    job_admission admission;
    job_calls calls;
  };

  /// Schedules and their runs.
  struct scheduling {
    scheduling(const live_job_parts& parts, jobs& of);

    core::schedule_index index;
    runs started;
    schedules due;
  };

  /// Sessions and their messages.
  struct talking {
    talking(const live_job_parts& parts, jobs& of);

    sessions held;
    session_requests requests;
  };

  void on_written(const store_batch& batch) override;
  void on_refused(const store_batch& batch) override;
  void on_store_changed(std::string_view fault) override;
  void restore_live(std::vector<job_ptr> live, corrected_times& corrected);
  void restore_finished(const std::vector<job_ptr>& finished);
  void look_at_clock();
  void wake_jobs(steady_time now);
  void answer_waiters(steady_time now);
  bool waits_for_wall_clock() const;

  outbox& out_;
  base base_;
  live_job_parts parts_;
  jobs jobs_;
  scheduling scheduling_;
  schedule_requests requests_;
  talking talking_;
  shutdown end_;
};

} // namespace callboard::actors
