#include "actors/registry/schedules.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "actors/registry/outbox.hpp"
#include "actors/registry/write_behind.hpp"
#include "core/schedules/clock_correction.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// How long a wake-up may lie ahead: timers know nothing of a wall clock that is set, and of a store that
/// works again.
constexpr std::chrono::milliseconds wake_interval{1000};

/// Schedules that fire without other messages in between: a few milliseconds.
constexpr std::size_t fired_at_once = 100;

/// How often to look for a time zone that cannot be read. Costs a look for one file for each such zone.
constexpr std::chrono::milliseconds zone_look_interval{2000};

/// A clock that goes back by less is being adjusted, not set.
constexpr std::chrono::milliseconds set_back_min{1000};

} // namespace

schedules::schedules(const live_job_parts& parts, core::schedule_index& index, runs& started,
                     const job_admission& admission)
  : parts_(parts),
    index_(index),
    runs_(started),
    admission_(admission),
    zones_(core::zones_in(parts.context.options.zone_directory)) {
  // nop
}

std::size_t schedules::restore(const std::vector<scheduled_job_ptr>& stored) {
  const auto now = parts_.out.now();
  std::size_t corrected_times = 0;
  const core::zone_memory zones{zones_};
  for (const auto& record : stored) {
    if (record->definition->agent_id.is_nil()) {
      // Its callback has ended with the process that brought it.
      parts_.writes.put_schedule(record->id, nullptr);
      continue;
    }
    auto corrected = core::correct_times(core::restore_schedule(record, now.wall, zones), now.wall);
    corrected_times += corrected.is_next_new ? 1 : 0;
    auto taken_up = core::with_causes(std::move(corrected.job), has_agent(*record->definition));
    if (taken_up.record != record)
      parts_.writes.put_schedule(record->id, taken_up.record);
    index_.add(std::move(taken_up));
    index_.stall(record->id);
  }
  if (!stored.empty())
    wake_ = now.steady;
  return corrected_times;
}

bool schedules::has_agent(const schedule_definition& wanted) const {
  return wanted.runner || parts_.context.agents.find(wanted.agent_id);
}

bool schedules::waits() const {
  return index_.next_due({}).has_value();
}

void schedules::arm() {
  const auto now = parts_.out.now();
  const auto next = index_.next_due(now.wall);
  if (!next) {
    wake_.reset();
    return;
  }
  const auto wait = std::clamp(*next - now.wall, std::chrono::milliseconds{0}, wake_interval);
  wake_ = core::time_after(now.steady, wait);
}

void schedules::on_due() {
  const auto now = parts_.out.now();
  look_for_zones(now);
  // While nothing can be stored or the engine stops, nothing is started; what is due waits or is missed.
  if (admission_.refusal()) {
    wake_ = core::time_after(now.steady, wake_interval);
    return;
  }
  for (const auto& id : index_.take_stalled())
    look_at(id, now.wall);
  for (std::size_t count = 0; count < fired_at_once; ++count) {
    const auto id = index_.due(now.wall);
    if (!id)
      break;
    look_at(*id, now.wall);
  }
  arm();
}

void schedules::on_clock_set_back(std::chrono::milliseconds by, system_time now) {
  if (by < set_back_min)
    return;
  for (const auto& id : index_.ids()) {
    const auto& held = *index_.find(id);
    auto moved = core::on_clock_set_back(held.job, by, now);
    if (moved.record != held.job.record)
      runs_.keep(std::move(moved));
  }
}

void schedules::look_for_zones(const clock_reading& now) {
  if (index_.blocked().empty() || now.steady < next_zone_look_)
    return;
  next_zone_look_ = core::time_after(now.steady, zone_look_interval);
  const core::zone_memory zones{zones_};
  for (const auto& id : std::vector(index_.blocked().begin(), index_.blocked().end())) {
    const auto& held = *index_.find(id);
    if (!held.is_leaving && zones.find(held.job.record->definition->timezone))
      unblock(id, now.wall, zones);
  }
}

void schedules::unblock(const uuid& id, system_time now, const core::zone_source& zones) {
  const auto& job = index_.find(id)->job;
  if (auto freed = core::unblock(job, now, zones)) {
    runs_.keep(core::with_causes(*std::move(freed), has_agent(*job.record->definition)));
    index_.stall(id); // there may be runs to make up for
  }
}

void schedules::look_at(const uuid& id, system_time now) {
  const auto* held = index_.find(id);
  if (held && !held->is_leaving)
    runs_.perform(core::on_due(held->job, held->runs.size(), now));
}

} // namespace callboard::actors
