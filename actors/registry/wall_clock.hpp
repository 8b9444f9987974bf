#pragma once

#include <chrono>
#include <optional>

#include <callboard/time.hpp>

namespace callboard::actors {

/// Notices that somebody set the wall clock: what is due at a wall time waits by steady time, which knows
/// nothing of that. It looks once a second while something waits for a wall time.
class wall_clock {
public:
  /// Looks from now on, if it does not yet.
  void watch(const clock_reading& now);

  /// Looks no more: nothing waits for a wall time.
  void stop() noexcept {
    next_look_.reset();
  }

  /// When to look next; none while nothing waits.
  std::optional<steady_time> next_look() const noexcept {
    return next_look_;
  }

  /// Looks, and looks again in a second. Returns by how much the clock was set since the last look:
  /// forward above 0, back below; 0 if it was not, or only adjusted a little.
  /// @pre `watch` was called.
  std::chrono::milliseconds look(const clock_reading& now);

private:
  /// What both clocks showed at the last look.
  clock_reading seen_{};
  std::optional<steady_time> next_look_;
};

} // namespace callboard::actors
