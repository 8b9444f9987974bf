#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include <callboard/time.hpp>

namespace callboard::bench {

/// Requests that arrive at a constant rate whether the server keeps up or not (an open loop).
/// Each has the time at which it is meant to be sent; one that cannot be sent then waits here and keeps
/// that time, so that its latency counts from there. A generator that only sends when an answer has
/// come slows down with the server and hides its pauses ("coordinated omission").
class arrivals {
public:
  /// @param rate per second, > 0.
  /// @param first when the first request is meant to be sent.
  /// @param end no request is meant to be sent at or after this.
  /// @param count_max most requests that arrive; 0: no limit.
  arrivals(double rate, steady_time first, steady_time end, std::uint64_t count_max = 0);

  /// Lets all requests arrive whose time has come.
  void advance(steady_time now);

  /// Takes the request that has waited longest: when it was meant to be sent. No value if none waits.
  std::optional<steady_time> take();

  /// When the next one arrives; no value after the last one.
  std::optional<steady_time> next() const noexcept;

  /// How many have arrived and were not taken.
  std::size_t waiting() const noexcept {
    return waiting_.size();
  }

  /// The most that ever waited.
  std::size_t waiting_max() const noexcept {
    return waiting_max_;
  }

private:
  steady_time due(std::uint64_t index) const noexcept;

  double interval_ns_;
  steady_time first_;
  steady_time end_;
  std::uint64_t count_max_;
  std::uint64_t arrived_ = 0;
  std::deque<steady_time> waiting_;
  std::size_t waiting_max_ = 0;
};

} // namespace callboard::bench
