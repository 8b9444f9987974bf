#include "core/admission.hpp"

#include <string>

namespace callboard::core {

namespace {

auto full(std::size_t limit) {
  return fail(errc::capacity, "Job capacity reached (" + std::to_string(limit) + " jobs)");
}

} // namespace

bool occupies_agent(const job& one) noexcept {
  return !one.tasks.empty() && !one.tasks.back().finished_at;
}

result<admission> admit(job_kind kind, const current_load& load, const load_limits& limits,
                        const agent_info& agent) {
  if (load.live >= limits.live_max)
    return full(limits.live_max);
  if (const auto most = limits.live_per_organisation_max;
      most > 0 && load.live_of_organisation >= most)
    return fail(errc::capacity,
                "Job capacity of the organization reached (" + std::to_string(most) + " jobs)");
  auto verdict = admission::free;
  if (kind == job_kind::message && load.messages >= limits.messages_max) {
    if (load.finished_messages == 0)
      return full(limits.messages_max);
    verdict = admission::drop_oldest_finished;
  }
  if (agent.queue_limit && load.of_agent >= std::size_t{agent.concurrency} + *agent.queue_limit)
    return fail(errc::agent_busy, "Agent " + agent.name + " is busy");
  return verdict;
}

} // namespace callboard::core
