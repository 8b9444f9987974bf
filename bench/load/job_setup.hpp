#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <callboard/error.hpp>

#include "bench/load/http_client.hpp"
#include "bench/load/requests.hpp"

namespace callboard::bench {

/// Makes jobs one after the other, each to its end (`Prefer: wait`), and returns their ids.
/// Errors: `unavailable` (the server refuses, or is no Callboard), and those of `http_client::call`.
result<std::vector<std::string>> make_finished_jobs(http_client& client,
                                                    const request_set& requests, std::size_t count);

/// Makes sessions with the agent of the requests, or else the server's first one, and returns their ids.
/// Errors: as `make_finished_jobs`.
result<std::vector<std::string>> make_sessions(http_client& client, const request_set& requests,
                                               std::size_t count);

/// How many messaging jobs a server holds, by what has become of them.
struct job_counts {
  std::size_t live = 0;
  std::size_t completed = 0;
  /// Failed and timed out.
  std::size_t failed = 0;
};

/// Asks a server's health route. Errors: as `make_finished_jobs`.
result<job_counts> count_jobs(http_client& client, const request_set& requests);

/// Waits until no job of a server is live, asking every few milliseconds; returns how long that took.
/// Errors: those of `count_jobs`, and `unavailable` when `limit` has passed.
result<std::chrono::nanoseconds> wait_until_idle(http_client& client, const request_set& requests,
                                                 std::chrono::milliseconds limit);

} // namespace callboard::bench
