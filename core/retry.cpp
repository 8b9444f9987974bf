#include "core/retry.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace callboard::core {

std::chrono::milliseconds wait_before_retry(const retry_policy& policy, std::uint32_t retry,
                                            const random_source& random) {
  assert(retry >= 1);
  // Doubles hold every millisecond up to 285,000 years, and 2^n does not overflow in them.
  auto wait = static_cast<double>(policy.delay.count());
  if (policy.growth == backoff::exponential)
    wait = std::ldexp(wait, static_cast<int>(std::min<std::uint32_t>(retry - 1, 100)));
  wait = std::min(wait, static_cast<double>(policy.delay_max.count()));
  if (policy.jitter > 0) {
    constexpr double steps = 9007199254740992.0; // 2^53: the random bits that a double holds
    const auto fraction = static_cast<double>(random() >> 11) / steps;
    wait *= 1.0 + policy.jitter * (2.0 * fraction - 1.0);
  }
  return std::chrono::milliseconds{std::llround(wait)};
}

} // namespace callboard::core
