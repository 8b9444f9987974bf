#include "bench/load/arrivals.hpp"

#include <algorithm>

namespace callboard::bench {

namespace {
constexpr double ns_per_second = 1e9;
} // namespace

arrivals::arrivals(double rate, steady_time first, steady_time end, std::uint64_t count_max)
  : interval_ns_(ns_per_second / rate), first_(first), end_(end), count_max_(count_max) {
}

steady_time arrivals::due(std::uint64_t index) const noexcept {
  // From the first one, not from the one before: rounding must not add up.
  auto after = std::chrono::nanoseconds{
    static_cast<std::int64_t>(interval_ns_ * static_cast<double>(index))};
  return first_ + after;
}

std::optional<steady_time> arrivals::next() const noexcept {
  auto time = due(arrived_);
  if (time >= end_ || (count_max_ > 0 && arrived_ == count_max_))
    return std::nullopt;
  return time;
}

void arrivals::advance(steady_time now) {
  for (auto time = next(); time && *time <= now; time = next()) {
    waiting_.push_back(*time);
    ++arrived_;
  }
  waiting_max_ = std::max(waiting_max_, waiting_.size());
}

std::optional<steady_time> arrivals::take() {
  if (waiting_.empty())
    return std::nullopt;
  auto time = waiting_.front();
  waiting_.pop_front();
  return time;
}

} // namespace callboard::bench
