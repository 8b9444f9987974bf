#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <callboard/job.hpp>
#include <callboard/session.hpp>

namespace callboard {

/// Settings of the engine. The defaults are the server's.
struct engine_options {
  /// Messaging jobs held in memory, including finished ones; ≥ 1. The Messaging Jobs API documents 10,000.
  std::size_t jobs_max = 10'000;
  /// Bytes of text of messaging jobs in memory, in total: prompts, metadata, answers, errors, including
  /// those of finished jobs; ≥ 1. Beyond it the jobs that finished first are dropped, except
  /// the last one; if live jobs alone reach it, creation is refused. The largest messages (150 KB, and as
  /// much for the answer) reach it at about 3,500 jobs.
  std::size_t held_text_bytes_max = std::size_t{1024} * 1024 * 1024;
  /// Live jobs of all kinds, including delayed ones; ≥ 1. At almost 3 KB each: 300 MB.
  std::size_t live_jobs_max = 100'000;
  /// Live jobs of one organisation, of all kinds; 0: no limit.
  std::size_t live_jobs_per_organisation_max = 0;
  /// How long a finished messaging job is kept after `max(expires_at, finished_at)`.
  std::chrono::seconds message_retention{600};
  /// How long finished jobs of other kinds stay in memory; after that they are read from the store.
  std::chrono::seconds finished_retention{60};
  /// How long a durable store keeps finished agent jobs. The Agent Jobs API documents 30 days.
  std::chrono::seconds agent_job_retention = std::chrono::days{30};
  /// Calls that may wait for a job at once; over HTTP each holds a connection.
  std::size_t waiters_max = 10'000;
  /// Finished runs kept per scheduled job. The Scheduled Jobs API documents 100.
  std::size_t runs_kept = 100;
  /// Retries of scheduled jobs without a policy; none: they are not retried.
  std::optional<retry_policy> run_retry = {};
  /// Directory of the tz database for scheduled jobs, with a TZif file for each zone. Empty: the environment
  /// variable TZDIR, or /usr/share/zoneinfo.
  std::string zone_directory = {};
  /// What bounds sessions. An expired one stays known for `message_retention`.
  session_limits sessions = {};
  /// Threads that run actors; 0: derived from the number of cores.
  std::size_t threads = 0;
};

} // namespace callboard
