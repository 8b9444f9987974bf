#include "actors/registry/wall_clock.hpp"

#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// How often to look: a clock that is set is noticed within this time. Costs a message.
constexpr std::chrono::milliseconds look_interval{1000};

/// A clock that moves by less against steady time is being adjusted, or read late.
constexpr std::chrono::milliseconds set_min{500};

} // namespace

void wall_clock::watch(const clock_reading& now) {
  if (next_look_)
    return;
  seen_ = now;
  next_look_ = core::time_after(now.steady, look_interval);
}

std::chrono::milliseconds wall_clock::look(const clock_reading& now) {
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(now.steady - seen_.steady);
  const auto moved = (now.wall - seen_.wall) - passed;
  seen_ = now;
  next_look_ = core::time_after(now.steady, look_interval);
  return std::chrono::abs(moved) < set_min ? std::chrono::milliseconds{0} : moved;
}

} // namespace callboard::actors
