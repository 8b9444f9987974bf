#pragma once

namespace callboard::app {

/// How the program ends; the numbers of sysexits.h, so that scripts can tell what to do.
enum exit_code : int {
  /// All went well; a server that was asked to stop has stopped.
  exit_ok = 0,
  /// The command line is wrong.
  exit_usage = 64,
  /// Something outside the program failed: a port in use, a directory that cannot be written.
  exit_unavailable = 69,
  /// A fault of the program, or of its store, that it cannot go on with.
  exit_fault = 70,
  /// The configuration is wrong.
  exit_config = 78,
};

} // namespace callboard::app
