#pragma once

#include <vector>

#include "actors/registry/live_jobs.hpp"

namespace callboard::actors {

/// The end of an engine: what is under way may finish within the grace period, then all that is live ends
/// or is left to a durable store, and those who wait for the end are answered.
class shutdown {
public:
  /// @param live must outlive this, as must the parts.
  shutdown(const live_job_parts& parts, live_jobs& live) : parts_(parts), live_(live) {
    // nop
  }

  /// Takes no more jobs. The call is answered by a later `check`.
  void begin(const drain_call_ptr& call);

  /// The grace period has passed: whatever still runs is told to stop.
  void on_grace_over();

  /// Goes on as far as what is under way allows. To be called after everything that changes.
  void check();

private:
  bool is_quiet() const;
  bool is_over() const;
  void end(job_entry& entry);

  live_job_parts parts_;
  live_jobs& live_;
  std::vector<drain_call_ptr> calls_;
};

} // namespace callboard::actors
