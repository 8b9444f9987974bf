#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace callboard::bench {

/// Counts times in buckets of equal relative width (the idea of HdrHistogram): recording takes a few
/// nanoseconds and never allocates, and no quantile is further off than 1/128 of its value.
/// Any time from 0 to centuries fits. Not for several threads at once: give each its own, then merge.
class histogram {
public:
  histogram();
  histogram(const histogram& other);
  histogram& operator=(const histogram& other);
  histogram(histogram&&) noexcept = default;
  histogram& operator=(histogram&&) noexcept = default;
  ~histogram() = default;

  /// Counts one time; a negative one counts as 0.
  void record(std::chrono::nanoseconds value) noexcept;

  /// Adds what `other` has counted.
  void merge(const histogram& other) noexcept;

  /// How many times were recorded.
  std::uint64_t count() const noexcept {
    return count_;
  }

  /// The time that a share `q` (0–1) of all recorded ones does not exceed: the upper edge of its
  /// bucket, so never too small. `quantile(1)` is `max()`. 0 when nothing was recorded.
  std::chrono::nanoseconds quantile(double q) const noexcept;

  /// Smallest recorded time, exact; 0 when nothing was recorded.
  std::chrono::nanoseconds min() const noexcept;

  /// Largest recorded time, exact; 0 when nothing was recorded.
  std::chrono::nanoseconds max() const noexcept {
    return std::chrono::nanoseconds{static_cast<std::int64_t>(max_)};
  }

  /// Mean of the recorded times, from their exact sum; 0 when nothing was recorded.
  std::chrono::nanoseconds mean() const noexcept;

private:
  /// Each power of two is cut into 2^7 buckets: within 1 % is finer than runs repeat.
  static constexpr unsigned precision_bits = 7;
  static constexpr std::size_t bucket_count = (64 - precision_bits + 1) << precision_bits;
  using buckets = std::array<std::uint64_t, bucket_count>;

  static std::size_t bucket_of(std::uint64_t value) noexcept;
  static std::uint64_t upper_edge(std::size_t bucket) noexcept;

  std::unique_ptr<buckets> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

} // namespace callboard::bench
