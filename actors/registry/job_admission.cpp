#include "actors/registry/job_admission.hpp"

#include <utility>

#include "actors/registry/outbox.hpp"
#include "actors/registry/retention.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/jobs/admission.hpp"
#include "core/jobs/text_bytes.hpp"
#include "core/jobs/validation.hpp"

namespace callboard::actors {

std::optional<error> job_admission::refusal() const {
  if (parts_.context.is_draining)
    return error{errc::unavailable, "server is shutting down"};
  if (!parts_.writes.fault().empty())
    return error{errc::unavailable, "jobs cannot be stored at the moment"};
  return std::nullopt;
}

bool job_admission::has_room() const {
  const auto& options = parts_.context.options;
  const auto& counters = live_.counters();
  const auto live_messages
    = counters.held(job_kind::message) - counters.finished(job_kind::message);
  return !refusal() && live_.size() < options.live_jobs_max && live_messages < options.jobs_max
         && parts_.kept.texts().can_make_room(1);
}

result<std::shared_ptr<const job_spec>> job_admission::admit(new_job wanted, listed_agent* agent,
                                                             const clock_reading& now) {
  const auto kind = wanted.kind;
  const auto agent_id = agent ? agent->info.id : *wanted.agent_id;
  auto spec = core::make_spec(std::move(wanted), parts_.out.next_id(now.wall), agent_id, now.wall);
  if (!spec || !agent)
    return spec;
  const auto& options = parts_.context.options;
  const auto& counters = live_.counters();
  const auto& organisation = (*spec)->organisation;
  const core::current_load load{counters.held(job_kind::message),
                                counters.finished(job_kind::message),
                                live_.size(),
                                counters.live_of(organisation)
                                  + parts_.delayed.size_of(organisation),
                                agent->load,
                                parts_.kept.texts()};
  const core::load_limits limits{options.jobs_max, options.live_jobs_max,
                                 options.live_jobs_per_organisation_max};
  const auto text_bytes = core::text_bytes(**spec);
  const auto verdict = core::admit({kind, text_bytes}, load, limits, agent->info);
  if (!verdict)
    return tl::unexpected(verdict.error());
  if (*verdict == core::admission::drop_oldest_finished)
    live_.make_room(text_bytes, 1);
  return spec;
}

} // namespace callboard::actors
