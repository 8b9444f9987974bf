#pragma once

#include <memory>
#include <optional>

#include "actors/registry/live_jobs.hpp"

namespace callboard::actors {

/// Decides whether a new job gets in, and makes its immutable part.
class job_admission {
public:
  /// @param live all that is held; what is told of it must outlive this, as must the others.
  job_admission(const live_job_parts& parts, live_jobs& live) : parts_(parts), live_(live) {
    // nop
  }

  /// What there is to say against any new job; empty if nothing.
  std::optional<error> refusal() const;

  /// Whether a message could get in now: nothing speaks against it, and what is held can make room.
  bool has_room() const;

  /// Makes room for a job, and its immutable part. Errors: those of `core::make_spec` and `core::admit`.
  /// @param agent null for a run whose agent is gone, which needs no room: it ends at once.
  result<std::shared_ptr<const job_spec>> admit(new_job wanted, listed_agent* agent,
                                                const clock_reading& now);

private:
  live_job_parts parts_;
  live_jobs& live_;
};

} // namespace callboard::actors
