#pragma once

#include <chrono>

namespace callboard {

/// Wall time: only for stored and shown times. Jumps when the clock is set.
using system_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Monotonic time: for deadlines and waits.
using steady_time = std::chrono::steady_clock::time_point;

/// One instant on both clocks. Rules take it as an argument and never read a clock.
struct clock_reading {
  steady_time steady = {};
  system_time wall = {};
};

/// Rounds down to the milliseconds that are stored and shown.
inline system_time to_system_time(std::chrono::system_clock::time_point t) {
  return std::chrono::floor<std::chrono::milliseconds>(t);
}

} // namespace callboard
