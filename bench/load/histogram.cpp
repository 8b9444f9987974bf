#include "bench/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace callboard::bench {

histogram::histogram() : counts_(std::make_unique<buckets>()) {
}

histogram::histogram(const histogram& other)
  : counts_(std::make_unique<buckets>(*other.counts_)),
    count_(other.count_),
    min_(other.min_),
    max_(other.max_),
    sum_(other.sum_) {
}

histogram& histogram::operator=(const histogram& other) {
  *this = histogram{other};
  return *this;
}

std::size_t histogram::bucket_of(std::uint64_t value) noexcept {
  // The top 8 bits choose the bucket: the leading one says which power of two, 7 more where in it.
  constexpr std::uint64_t exact_below = 1ULL << (precision_bits + 1);
  if (value < exact_below)
    return static_cast<std::size_t>(value);
  auto shift = static_cast<unsigned>(std::bit_width(value)) - (precision_bits + 1);
  return (static_cast<std::size_t>(shift) << precision_bits)
         + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::upper_edge(std::size_t bucket) noexcept {
  constexpr std::size_t exact_below = std::size_t{1} << (precision_bits + 1);
  if (bucket < exact_below)
    return bucket;
  auto shift = static_cast<unsigned>(bucket >> precision_bits) - 1;
  auto top
    = static_cast<std::uint64_t>(bucket) - (static_cast<std::uint64_t>(shift) << precision_bits);
  // For the last bucket this wraps to the largest number, which is what is meant.
  return ((top + 1) << shift) - 1;
}

void histogram::record(std::chrono::nanoseconds value) noexcept {
  auto number = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
  ++(*counts_)[bucket_of(number)];
  ++count_;
  min_ = std::min(min_, number);
  max_ = std::max(max_, number);
  sum_ += static_cast<double>(number);
}

void histogram::merge(const histogram& other) noexcept {
  for (std::size_t i = 0; i < bucket_count; ++i)
    (*counts_)[i] += (*other.counts_)[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

std::chrono::nanoseconds histogram::quantile(double q) const noexcept {
  if (count_ == 0)
    return std::chrono::nanoseconds{0};
  auto share = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += (*counts_)[i];
    if (seen >= rank)
      return std::chrono::nanoseconds{
        static_cast<std::int64_t>(std::clamp(upper_edge(i), min_, max_))};
  }
  return max();
}

std::chrono::nanoseconds histogram::min() const noexcept {
  return std::chrono::nanoseconds{count_ == 0 ? 0 : static_cast<std::int64_t>(min_)};
}

std::chrono::nanoseconds histogram::mean() const noexcept {
  if (count_ == 0)
    return std::chrono::nanoseconds{0};
  return std::chrono::nanoseconds{static_cast<std::int64_t>(sum_ / static_cast<double>(count_))};
}

} // namespace callboard::bench
