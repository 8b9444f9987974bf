#pragma once

#include <callboard/error.hpp>

#include "agents/unique_fd.hpp"

#include <sys/types.h>

namespace callboard::agents {

/// A process beside this one that outlives it by a moment: when this process ends, however it ends
/// (SIGKILL, out of memory), the guard sends SIGKILL to every process group that it still watches. The
/// kernel's own means, a parent-death signal, reaches a child but not what the child has started.
///
/// The guard is a fork that holds nothing of this process but one end of a pipe; the other end closes
/// by itself when this process is gone. It is in a session of its own and takes no signal but SIGKILL.
class program_guard {
public:
  /// Starts the process. Errors: `io` with the system's reason.
  static result<program_guard> start();

  program_guard(program_guard&& other) noexcept;
  program_guard& operator=(program_guard&&) = delete;

  /// Ends the groups that are still watched, and waits for the guard's own end.
  ~program_guard();

  /// To be called between fork and exec, in the child: the guard watches the group that has the caller's
  /// process id as its number. False with `errno` if the guard is gone (EPIPE). Async-signal-safe. The
  /// caller must have blocked or ignored SIGPIPE.
  bool enroll(pid_t group) const noexcept;

  /// The group is no longer watched. To be called before its leader is reaped: until then its number
  /// cannot become another's. Blocks only while the guard is stopped (SIGSTOP) and 64 KiB wait for it.
  void forget(pid_t group) const noexcept;

  /// The guard's process id.
  pid_t pid() const noexcept {
    return pid_;
  }

private:
  program_guard(pid_t pid, unique_fd orders) noexcept;

  pid_t pid_ = -1;
  unique_fd orders_;
};

} // namespace callboard::agents
