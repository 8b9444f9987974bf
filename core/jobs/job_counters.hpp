#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include <callboard/job.hpp>
#include <callboard/service.hpp>

#include "core/jobs/organisation_counts.hpp"

namespace callboard::core {

/// Counts jobs by kind and state; every question is answered in O(1).
class job_counters {
public:
  /// A job is held from now on. If it is terminal, it has just ended.
  void add(const job& one);
  /// A job that ended before the beginning is held from now on.
  void add_ended(const job& one) noexcept;
  /// A job that is held has changed.
  void change(const job& before, const job& after) noexcept;
  /// A job is not held any more.
  void remove(const job& one) noexcept;

  /// Held jobs of a kind, by state.
  const state_counts& of(job_kind kind) const noexcept;
  /// Held jobs of a kind.
  std::size_t held(job_kind kind) const noexcept;
  /// Finished jobs of a kind that are held.
  std::size_t finished(job_kind kind) const noexcept;
  /// Held jobs that are not over, of all kinds.
  std::size_t live() const noexcept {
    return live_.total();
  }
  /// Those of an organisation.
  std::size_t live_of(std::string_view organisation) const noexcept {
    return live_.of(organisation);
  }
  /// Jobs of a kind that have ended since the beginning, whether still held or not.
  const state_counts& ended(job_kind kind) const noexcept;
  /// Mean time from creation to completion of the completed ones among them; 0 without any.
  std::chrono::duration<double, std::milli> mean_completion(job_kind kind) const noexcept;

private:
  struct kind_counts {
    state_counts held{};
    state_counts ended{};
    std::chrono::milliseconds completion_sum{0};
  };

  kind_counts& counts_of(const job& one) noexcept;
  void count_end(const job& one) noexcept;

  static constexpr std::size_t kinds = 3;
  std::array<kind_counts, kinds> by_kind_{};
  organisation_counts live_;
};

} // namespace callboard::core
