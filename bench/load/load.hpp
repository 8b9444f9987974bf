#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <callboard/error.hpp>

#include "bench/load/endpoint.hpp"
#include "bench/load/requests.hpp"
#include "bench/load/tally.hpp"

namespace callboard::bench {

/// How a server is loaded.
struct load_options {
  endpoint target;
  scenario kind = scenario::create;
  request_options requests;
  /// Connections over all threads; ≥ 1 for each thread.
  std::size_t connections = 16;
  /// Requests that one connection has under way at once; ≥ 1.
  std::size_t pipeline = 1;
  /// Requests per second over all threads, sent when their time has come whatever the server does
  /// (open loop). 0: each connection sends its next request when it has its answer (closed loop).
  double rate = 0;
  /// Load before measuring: caches, connections and the server's memory settle.
  std::chrono::milliseconds warm_up{1000};
  /// How long the load is measured.
  std::chrono::milliseconds duration{5000};
  /// Ends after this many requests even before `duration` has passed; 0: no limit.
  std::uint64_t requests_max = 0;
  /// A response that takes longer is lost, and its connection replaced.
  std::chrono::milliseconds answer_limit{30'000};
  /// How long the load's end may wait for the answers still missing.
  std::chrono::milliseconds finish_limit{10'000};
  /// How long the jobs that are looked at may take to end after the load.
  std::chrono::milliseconds look_limit{2000};
  /// Threads of the generator. One is enough for several servers of this kind.
  std::size_t threads = 1;
  /// Jobs that `get` and `mixed` read, made before the load; ≥ 1.
  std::size_t jobs_to_get = 1000;
  /// Ends the load early once true; may be null.
  const std::atomic<bool>* stop = nullptr;
};

/// What a load has shown.
struct load_report {
  tally counts;
  /// How long was measured: `duration`, or less when the load ended early.
  std::chrono::nanoseconds measured{0};
  /// Answers over the whole load, warm-up included.
  std::uint64_t all_answers = 0;

  /// 2xx answers per second.
  double throughput() const noexcept;
  /// Share of one core that the generator has used; near `threads` it is the bottleneck itself.
  double generator_cores() const noexcept;
};

/// How a load has gone.
enum class verdict : std::uint8_t {
  /// Each request was answered with 2xx, and no job failed that was looked at.
  all_well,
  /// Some requests were refused or lost, or some jobs failed.
  some_failed,
  /// No request was answered with 2xx, or none of the ended jobs was completed.
  nothing_worked,
};

verdict verdict_of(const tally& counts) noexcept;

/// A look at a running load.
struct load_progress {
  std::chrono::milliseconds elapsed{0};
  bool is_warming_up = false;
  /// Answers so far, warm-up included.
  std::uint64_t answers = 0;
  /// Answers other than 2xx and requests without an answer so far.
  std::uint64_t failures = 0;
};

/// Sees that the server is there, makes the jobs that the load will read, and the requests.
/// Errors: `unavailable` (no server, or one that makes no jobs), `io`.
result<request_set> prepare_requests(const load_options& options);

/// Loads a server and blocks until that has ended. Then it checks a few of the jobs that were only
/// created. Errors: `invalid_argument` (options), `not_found` (no
/// such host).
/// @param requests from `prepare_requests` for the same target and scenario.
/// @param watch called a few times a second; may be empty.
result<load_report> run_load(const load_options& options, const request_set& requests,
                             const std::function<void(const load_progress&)>& watch = {});

} // namespace callboard::bench
