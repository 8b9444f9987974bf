#pragma once

#include <callboard/error.hpp>

#include "agents/unique_fd.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace callboard::agents {

/// What to start.
struct program {
  /// Program and arguments; looked up in the server's PATH unless it has a slash. Not empty.
  std::vector<std::string> command;
  /// Working directory; empty: the server's.
  std::string cwd;
  /// The whole environment, "NAME=value".
  std::vector<std::string> environment;
};

/// A program that was started: the leader of a process group of its own, with signals as by default.
/// It has the three standard streams and no other descriptor. Whoever holds this must reap it.
struct spawned_program {
  pid_t pid = -1;
  /// Readable once it has exited.
  unique_fd exited;
  /// Our ends of its standard streams, not blocking.
  unique_fd input;
  unique_fd output;
  unique_fd errors;
};

/// Starts a program, without a shell. Errors: `io` with the system's reason.
result<spawned_program> spawn(const program& what);

} // namespace callboard::agents
