#include "core/time_after.hpp"

#include <algorithm>

namespace callboard::core {

namespace {

/// Steady times count nanoseconds and end after 292 years; no engine runs for a third of that.
constexpr std::chrono::milliseconds wait_max = std::chrono::hours{24 * 366 * 100};

} // namespace

steady_time time_after(steady_time now, std::chrono::milliseconds wait) noexcept {
  return now + std::clamp(wait, std::chrono::milliseconds{0}, wait_max);
}

} // namespace callboard::core
