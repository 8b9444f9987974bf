#pragma once

namespace callboard::app {

/// The program's exit statuses; the numbers of sysexits.h, so that scripts can react.
enum exit_code : int {
  /// Success; a server has stopped on request.
  exit_ok = 0,
  /// Invalid command line.
  exit_usage = 64,
  /// External failure: a port in use, a directory that cannot be written.
  exit_unavailable = 69,
  /// An internal error, or a failed store, that it cannot continue with.
  exit_fault = 70,
  /// Invalid configuration.
  exit_config = 78,
};

} // namespace callboard::app
