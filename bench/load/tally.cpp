#include "bench/load/tally.hpp"

#include <algorithm>
#include <numeric>

namespace callboard::bench {

namespace {

constexpr std::array<std::string_view, loss_count> loss_names{"refused",   "reset", "closed",
                                                              "malformed", "late",  "unanswered"};

} // namespace

std::string_view to_string(loss why) noexcept {
  return loss_names[static_cast<std::size_t>(why)];
}

void tally::answered(int status, std::chrono::nanoseconds took) noexcept {
  auto index = std::min(static_cast<std::size_t>(std::max(status, 0)), status_count - 1);
  ++statuses[index];
  if (is_success(status))
    latency.record(took);
}

void tally::merge(const tally& other) noexcept {
  latency.merge(other.latency);
  successes_in_time += other.successes_in_time;
  for (std::size_t i = 0; i < status_count; ++i)
    statuses[i] += other.statuses[i];
  for (std::size_t i = 0; i < loss_count; ++i)
    losses[i] += other.losses[i];
  for (std::size_t i = 0; i < job_outcome_count; ++i)
    jobs[i] += other.jobs[i];
  reconnects += other.reconnects;
  waiting_max = std::max(waiting_max, other.waiting_max);
  generator_cpu += other.generator_cpu;
}

std::uint64_t tally::answers() const noexcept {
  return std::accumulate(statuses.begin(), statuses.end(), std::uint64_t{0});
}

std::uint64_t tally::refusals() const noexcept {
  return answers() - latency.count();
}

std::uint64_t tally::failed_jobs() const noexcept {
  return jobs[static_cast<std::size_t>(job_outcome_seen::failed)]
         + jobs[static_cast<std::size_t>(job_outcome_seen::timeout)];
}

std::uint64_t tally::lost_requests() const noexcept {
  return std::accumulate(losses.begin(), losses.end(), std::uint64_t{0});
}

} // namespace callboard::bench
