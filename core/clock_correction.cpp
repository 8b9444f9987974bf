#include "core/clock_correction.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "core/retry.hpp"

namespace callboard::core {

corrected_job correct_times(job_ptr record, const agent_retry& rules, system_time now) {
  corrected_job made{std::move(record)};
  const auto& kept = *made.record;
  const auto longest = longest_wait(*kept.spec, kept.retries, rules);
  made.is_retry_new = kept.retry_at && *kept.retry_at - now > longest;
  if (!made.is_retry_new)
    return made;
  auto next = std::make_shared<job>(kept);
  ++next->version;
  next->updated_at = std::max(now, kept.updated_at);
  // How long it was to be, whatever the clock showed then.
  const auto wait
    = std::clamp(*kept.retry_at - kept.updated_at, std::chrono::milliseconds{0}, longest);
  next->retry_at = now + wait;
  made.record = std::move(next);
  return made;
}

} // namespace callboard::core
