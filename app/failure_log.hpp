#pragma once

#include <memory>
#include <string>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

namespace callboard::app {

/// The file `failures.jsonl`: a line for each attempt of a scheduled job's run that failed, whatever the
/// log's format; rotated by size. Payloads do not stand in it, and errors are cut
/// after a kilobyte. Any thread may write.
class failure_log {
public:
  /// Opens the file in a directory that is there. Errors: `io`.
  /// @param secrets what must not stand in it, even if an agent repeats it; see `secrets_of`.
  static result<failure_log> open(const std::string& directory,
                                  std::vector<std::string> secrets = {});

  failure_log(failure_log&&) noexcept;
  failure_log& operator=(failure_log&&) noexcept;
  ~failure_log();

  /// Notes the run's last attempt.
  void write(const scheduled_job& of, const job& run) const;

private:
  struct implementation;
  explicit failure_log(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard::app
