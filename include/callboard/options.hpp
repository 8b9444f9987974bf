#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <callboard/job.hpp>
#include <callboard/session.hpp>

namespace callboard {

/// What can be set about the engine. The defaults are the server's.
struct engine_options {
  /// Messaging jobs held in memory, finished ones included; ≥ 1. The Messaging Jobs API documents 10,000.
  std::size_t jobs_max = 10'000;
  /// Bytes of text that messaging jobs may hold in memory together: prompts, metadata, answers, errors,
  /// those of finished jobs included; ≥ 1. Beyond it the jobs that finished first are forgotten, all but
  /// the last one; if live jobs alone fill it, creation is refused. The largest messages (150 KB, and as
  /// much for the answer) reach it at some 3,500 jobs.
  std::size_t held_text_bytes_max = std::size_t{1024} * 1024 * 1024;
  /// Live jobs of all kinds, scheduled ones included; ≥ 1. At not quite 3 KB each: 300 MB.
  std::size_t live_jobs_max = 100'000;
  /// Live jobs of one organisation, of all kinds; 0: no limit of its own.
  std::size_t live_jobs_per_organisation_max = 0;
  /// How long a finished messaging job is kept after `max(expires_at, finished_at)`.
  std::chrono::seconds message_retention{600};
  /// How long finished jobs of other kinds stay in memory; then the store answers for them.
  std::chrono::seconds finished_retention{60};
  /// How long a durable store keeps finished agent jobs. The Agent Jobs API documents 30 days.
  std::chrono::seconds agent_job_retention = std::chrono::days{30};
  /// Calls that may wait for a job at once; each holds a connection.
  std::size_t waiters_max = 10'000;
  /// Finished runs kept of each scheduled job. The Scheduled Jobs API documents 100.
  std::size_t runs_kept = 100;
  /// Retries of scheduled jobs that bring no policy; none: they are not retried.
  std::optional<retry_policy> run_retry = {};
  /// The tz database that the zones of scheduled jobs are read from: a directory with a TZif file for each
  /// zone. Empty: the one that the environment variable TZDIR names, else /usr/share/zoneinfo.
  std::string zone_directory = {};
  /// What bounds sessions. An expired one stays known for `message_retention`.
  session_limits sessions = {};
  /// Threads that run actors; 0: from the machine's cores.
  std::size_t threads = 0;
};

} // namespace callboard
