#include "core/jobs/admission.hpp"

#include <string>

namespace callboard::core {

namespace {

auto full(std::size_t limit, const char* of = " jobs)") {
  return fail(errc::capacity, "Job capacity reached (" + std::to_string(limit) + of);
}

} // namespace

bool occupies_agent(const job& one) noexcept {
  return !one.tasks.empty() && !one.tasks.back().finished_at;
}

result<admission> admit(const admission_request& asked, const current_load& load,
                        const load_limits& limits, const agent_info& agent) {
  if (load.live >= limits.live_max)
    return full(limits.live_max);
  if (const auto most = limits.live_per_organisation_max;
      most > 0 && load.live_of_organisation >= most)
    return fail(errc::capacity,
                "Job capacity of the organization reached (" + std::to_string(most) + " jobs)");
  auto verdict = admission::free;
  if (asked.kind == job_kind::message) {
    const auto is_full = load.messages >= limits.messages_max;
    if (is_full && load.finished_messages == 0)
      return full(limits.messages_max);
    if (!load.texts.can_make_room(asked.text_bytes))
      return full(load.texts.bytes_max(), " bytes of text)");
    if (is_full || !load.texts.has_room(asked.text_bytes))
      verdict = admission::drop_oldest_finished;
  }
  if (agent.queue_limit && load.of_agent >= std::size_t{agent.concurrency} + *agent.queue_limit)
    return fail(errc::agent_busy, "Agent " + agent.name + " is busy");
  return verdict;
}

} // namespace callboard::core
