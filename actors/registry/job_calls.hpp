#pragma once

#include <chrono>

#include "actors/registry/job_admission.hpp"
#include "actors/registry/live_jobs.hpp"

namespace callboard::actors {

/// Answers the calls about jobs; see `service`.
class job_calls {
public:
  /// @param admission, live must outlive this, as must the parts.
  job_calls(const live_job_parts& parts, job_admission& admission, live_jobs& live)
    : parts_(parts), admission_(admission), live_(live) {
    // nop
  }

  void submit(const submit_call_ptr& call);
  void get(const job_call_ptr& call);
  void wait(const job_call_ptr& call);
  void cancel(const job_call_ptr& call);
  /// The same for a job that the call may see.
  void cancel(job_entry& entry, const job_call_ptr& call);
  void list(const list_call_ptr& call);

  /// The job is in the store: answers its creation, if that waits for it.
  void acknowledge(job_entry& entry);

  /// Its creation could not be stored: answers it, and lets go of the job.
  void refuse(job_entry& entry);

private:
  void acknowledge(job_entry& entry, pending_creation creation);
  /// @param without_room the answer when as many wait as may.
  void add_waiter(job_entry& entry, callback<job_ptr> done, std::chrono::milliseconds wait,
                  result<job_ptr> without_room);
  /// The job that a call means if it is held and the call may see it; else answers the call.
  job_entry* entry_for(const job_call_ptr& call);

  live_job_parts parts_;
  job_admission& admission_;
  live_jobs& live_;
};

} // namespace callboard::actors
