#pragma once

#include <chrono>
#include <cstdint>

#include <callboard/job.hpp>

#include "core/random.hpp"

namespace callboard::core {

/// How long to wait before a retry: `min(delay_max, delay × 2^(n−1)) × (1 ± jitter)`, or `delay`
/// alike for every n when the growth is fixed.
/// @param retry number of the retry, from 1.
std::chrono::milliseconds wait_before_retry(const retry_policy& policy, std::uint32_t retry,
                                            const random_source& random);

} // namespace callboard::core
