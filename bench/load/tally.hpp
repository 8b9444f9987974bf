#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bench/load/histogram.hpp"
#include "bench/load/job_outcome.hpp"

namespace callboard::bench {

/// Why a request got no answer.
enum class loss : std::uint8_t {
  /// The connection could not be made.
  refused,
  /// The server cut the connection (RST) before the answer was complete.
  reset,
  /// The server closed the connection before the answer was complete.
  closed,
  /// What came was not HTTP.
  malformed,
  /// No answer within `load_options::answer_limit`.
  late,
  /// Still not sent, or not answered, when the load had ended and its time to finish was over.
  unanswered,
};

inline constexpr std::size_t loss_count = 6;

/// "refused", "reset", "closed", "malformed", "late", "unanswered".
std::string_view to_string(loss why) noexcept;

/// Whether a status says that the server did what it was asked for.
constexpr bool is_success(int status) noexcept {
  return status >= 200 && status < 300;
}

/// What came of the requests of one load, or of one thread's part of it. Warm-up is not in it.
struct tally {
  static constexpr std::size_t status_count = 1000;

  /// From when a request was meant to be sent to the end of its answer, of 2xx answers alone: a server
  /// must not look fast because it refuses fast.
  histogram latency;
  /// 2xx answers that came while the load was on: what throughput counts.
  std::uint64_t successes_in_time = 0;
  /// All answers by status, those included that came after the load had ended.
  std::array<std::uint64_t, status_count> statuses{};
  /// Requests without an answer, by reason; indexed by `loss`.
  std::array<std::uint64_t, loss_count> losses{};
  /// Jobs that answers have shown, by what they said; indexed by `job_outcome_seen`.
  std::array<std::uint64_t, job_outcome_count> jobs{};
  /// Connections made after the first ones.
  std::uint64_t reconnects = 0;
  /// Open loop: the most requests that ever waited for a free connection.
  std::size_t waiting_max = 0;
  /// Processor time that the generator itself has used while it measured.
  std::chrono::nanoseconds generator_cpu{0};

  /// Counts a response, except in `successes_in_time`.
  void answered(int status, std::chrono::nanoseconds took) noexcept;

  /// Counts requests that got none.
  void lost(loss why, std::uint64_t requests = 1) noexcept {
    losses[static_cast<std::size_t>(why)] += requests;
  }

  /// Counts a job that an answer has shown.
  void saw(job_outcome_seen what) noexcept {
    ++jobs[static_cast<std::size_t>(what)];
  }

  void merge(const tally& other) noexcept;

  /// All answers.
  std::uint64_t answers() const noexcept;
  /// Answers other than 2xx.
  std::uint64_t refusals() const noexcept;
  /// Requests without an answer.
  std::uint64_t lost_requests() const noexcept;
  /// Jobs that ended without being completed.
  std::uint64_t failed_jobs() const noexcept;
};

} // namespace callboard::bench
