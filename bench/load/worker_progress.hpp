#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <callboard/time.hpp>

namespace callboard::bench {

/// How far one thread's part of a load is. The atomic ones may be read from any thread.
struct worker_progress {
  std::uint64_t sent = 0;
  std::uint64_t in_flight = 0;
  /// When the last request was answered or lost.
  steady_time last_outcome = {};
  std::atomic<std::uint64_t> answers{0};
  /// Answers other than 2xx and requests lost.
  std::atomic<std::uint64_t> failures{0};
};

/// The clock of a load's thread, and the processor time that it spends while the load is measured.
struct load_clock {
  /// When the last batch of events was fetched: what is in it had come by then.
  steady_time now = {};
  /// When the load is measured until, or when it was stopped early.
  steady_time until = {};
  steady_time next_sweep = {};
  std::optional<std::chrono::nanoseconds> cpu_at_start = std::nullopt;
  std::optional<std::chrono::nanoseconds> cpu_at_end = std::nullopt;
};

/// The ids of the last jobs that were created.
class recent_jobs {
public:
  void add(std::string_view id) {
    if (ids_.size() < count_max)
      ids_.emplace_back(id);
    else
      ids_[next_++ % count_max] = id;
  }

  const std::vector<std::string>& ids() const noexcept {
    return ids_;
  }

private:
  /// Enough to see whether they are done when the load has ended.
  static constexpr std::size_t count_max = 100;

  std::vector<std::string> ids_;
  std::size_t next_ = 0;
};

} // namespace callboard::bench
