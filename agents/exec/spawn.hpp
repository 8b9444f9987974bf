#pragma once

#include <callboard/error.hpp>

#include "agents/exec/program_guard.hpp"
#include "agents/unique_fd.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace callboard::agents {

/// What to start.
struct program {
  /// Program and arguments. Not empty.
  std::vector<std::string> command;
  /// Where the program may be, in order: what `places_of` found.
  std::vector<std::string> places;
  /// Working directory; empty: the server's.
  std::string cwd;
  /// The whole environment, "NAME=value".
  std::vector<std::string> environment;
};

/// The files that a program's name can stand for: itself if it has a slash, else one in each directory
/// of the list, as in PATH. An empty directory is the working directory.
std::vector<std::string> places_of(const std::string& name, std::string_view path);

/// A program that was started: the leader of a process group of its own, with signals as by default.
/// It has the three standard streams and no other descriptor. The guard watches its group. Whoever
/// holds this must have the guard forget it, then reap it, then remove it from `own_children`.
struct spawned_program {
  pid_t pid = -1;
  /// Readable once it has exited.
  unique_fd exited;
  /// Our ends of its standard streams, not blocking.
  unique_fd input;
  unique_fd output;
  unique_fd errors;
};

/// Starts a program, without a shell. Errors: `conflict` if the guard is gone (start another), else `io`
/// with the system's reason.
result<spawned_program> spawn(const program& what, const program_guard& guard);

} // namespace callboard::agents
