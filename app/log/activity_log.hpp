#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.hpp"
#include "app/log/event_log.hpp"

namespace callboard::app {

/// What the log says of jobs, requests and the store, by `log.jobs` and `log.requests`. Any thread may
/// call any member.
class activity_log {
public:
  /// @param log must outlive it.
  activity_log(const event_log& log, const server_config& config);

  /// A job has ended. Failed and timed out jobs are warnings.
  void job_ended(const job& ended) const;

  /// The store fails (the reason) or works again (empty).
  void store_changed(std::string_view fault) const;

  /// The start has computed times again. Logged as a warning.
  void times_corrected(const corrected_times& what) const;

  /// A request was answered. 5xx are warnings; level `debug` logs the others, too.
  void answered(const http_log_entry& entry) const;

  /// Which requests are passed to `answered`.
  log_choice requests() const;

private:
  const event_log& log_;
  const log_choice jobs_;
  const log_choice requests_;
  const std::vector<std::string> secrets_;
  std::map<uuid, std::string> agent_names_;
};

} // namespace callboard::app
