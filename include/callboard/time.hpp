#pragma once

#include <chrono>

namespace callboard {

/// Wall time: only for what is stored or shown. Jumps when somebody sets the clock.
using system_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Monotonic time: for deadlines and waits.
using steady_time = std::chrono::steady_clock::time_point;

/// One instant as both clocks show it. Rules take it as an argument and never ask a clock.
struct clock_reading {
  steady_time steady = {};
  system_time wall = {};
};

/// Rounds down to the milliseconds that are stored and shown.
inline system_time to_system_time(std::chrono::system_clock::time_point t) {
  return std::chrono::floor<std::chrono::milliseconds>(t);
}

} // namespace callboard
