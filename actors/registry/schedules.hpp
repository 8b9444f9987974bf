#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "actors/registry/runs.hpp"
#include "core/calendar/time_zone.hpp"

namespace callboard::actors {

/// Has schedules fire when they are due.
class schedules {
public:
  /// @param index, runs, admission must outlive this, as must the parts.
  schedules(const live_job_parts& parts, core::schedule_index& index, runs& started,
            const job_admission& admission);

  /// Takes up what a store kept. Returns how many next times lay further ahead than they may and were
  /// computed again.
  std::size_t restore(const std::vector<scheduled_job_ptr>& stored);

  /// Where time zones are read.
  const core::zone_database& zones() const noexcept {
    return zones_;
  }

  /// Whether the agent of a schedule is configured.
  bool has_agent(const schedule_definition& wanted) const;

  /// Whether a schedule waits for a wall time.
  bool waits() const;

  /// Finds out when to look at schedules again.
  void arm();

  /// When to call `on_due`; none while nothing is scheduled.
  std::optional<steady_time> next_wake() const noexcept {
    return wake_;
  }

  /// Starts what is due: a portion; what is left is due at once again.
  void on_due();

  /// The wall clock was set back to `now`.
  void on_clock_set_back(std::chrono::milliseconds by, system_time now);

private:
  void look_at(const uuid& id, system_time now);
  /// Looks now and then whether time zones that could not be read are there.
  void look_for_zones(const clock_reading& now);
  void unblock(const uuid& id, system_time now, const core::zone_source& zones);

  live_job_parts parts_;
  core::schedule_index& index_;
  runs& runs_;
  const job_admission& admission_;
  core::zone_database zones_;
  /// When to look for missing time zones again, at the earliest.
  steady_time next_zone_look_{};
  std::optional<steady_time> wake_;
};

} // namespace callboard::actors
