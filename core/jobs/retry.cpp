#include "core/jobs/retry.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace callboard::core {

namespace {

/// The wait before retry n without its jitter, in milliseconds. Doubles hold every millisecond up to
/// 285,000 years, and 2^n does not overflow in them.
double plain_wait(const retry_policy& policy, std::uint32_t retry) {
  assert(retry >= 1);
  auto wait = static_cast<double>(policy.delay.count());
  if (policy.growth == backoff::exponential)
    wait = std::ldexp(wait, static_cast<int>(std::min<std::uint32_t>(retry - 1, 100)));
  return std::min(wait, static_cast<double>(policy.delay_max.count()));
}

} // namespace

std::chrono::milliseconds wait_before_retry(const retry_policy& policy, std::uint32_t retry,
                                            const random_source& random) {
  auto wait = plain_wait(policy, retry);
  if (policy.jitter > 0) {
    constexpr double steps = 9007199254740992.0; // 2^53: the random bits that a double holds
    const auto fraction = static_cast<double>(random() >> 11) / steps;
    wait *= 1.0 + policy.jitter * (2.0 * fraction - 1.0);
  }
  return std::chrono::milliseconds{std::llround(wait)};
}

const retry_policy& policy_for(const job_spec& spec, bool is_refusal, const agent_retry& rules) {
  const auto has_own = spec.kind != job_kind::message || spec.retry.retries_max > 0;
  return has_own || !is_refusal ? spec.retry : rules.refusals;
}

std::chrono::milliseconds wait_after(const agent_answer& answer, const retry_policy& policy,
                                     std::uint32_t retry, const agent_retry& rules,
                                     const random_source& random) {
  const auto wait = wait_before_retry(policy, retry, random);
  if (!answer.retry_after)
    return wait;
  return std::max(wait,
                  std::min<std::chrono::milliseconds>(*answer.retry_after, rules.retry_after_max));
}

std::chrono::milliseconds longest_wait(const job_spec& spec, std::uint32_t retry,
                                       const agent_retry& rules) {
  // Of a message without a policy of its own only a refusal is tried again.
  const auto& policy = policy_for(spec, true, rules);
  const auto wait = plain_wait(policy, std::max(retry, std::uint32_t{1})) * (1.0 + policy.jitter);
  return std::max<std::chrono::milliseconds>(std::chrono::milliseconds{std::llround(wait)},
                                             rules.retry_after_max);
}

} // namespace callboard::core
