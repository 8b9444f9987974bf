#pragma once

#include <chrono>
#include <cstdint>

#include <callboard/job.hpp>

#include "core/random.hpp"

namespace callboard::core {

/// How long to wait before retry n: `min(delay_max, delay × 2^(n−1)) × (1 ± jitter)`, or
/// `min(delay_max, delay) × (1 ± jitter)` when the growth is fixed.
/// @param policy within the limits that `make_spec` checks.
/// @param retry n, from 1.
std::chrono::milliseconds wait_before_retry(const retry_policy& policy, std::uint32_t retry,
                                            const random_source& random);

} // namespace callboard::core
