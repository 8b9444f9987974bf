#pragma once

#include <memory>
#include <string>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

#include "app/log/event_log.hpp"

namespace callboard::app {

/// The file `failures.jsonl`: a line for each attempt of a scheduled job's run that failed, whatever the
/// log's format; for its owner alone, rotated by size. Where there is no such file, and while it cannot be
/// written, the program's log gets the lines. Payloads do not stand in it, and errors are cut after a
/// kilobyte. Any thread may write.
class failure_log {
public:
  /// Opens the file in a directory that is there. Errors: `io`; `conflict` if another process is writing to it.
  /// @param secrets what must not stand in it, even if an agent repeats it; see `secrets_of`.
  /// @param instead gets what the file does not take; may be null, must outlive this.
  static result<failure_log> open(const std::string& directory,
                                  std::vector<std::string> secrets = {},
                                  const event_log* instead = nullptr);

  /// Writes to a log that must outlive it: there is no file.
  static failure_log within(const event_log& log, std::vector<std::string> secrets = {});

  failure_log(failure_log&&) noexcept;
  failure_log& operator=(failure_log&&) noexcept;
  ~failure_log();

  /// Writes a line for the run's last attempt.
  void write(const scheduled_job& of, const job& run) const;

  /// Reopens the file if it was moved away. Errors: as `open`; then the old one is still written to.
  result<void> reopen() const;

private:
  struct implementation;
  explicit failure_log(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard::app
