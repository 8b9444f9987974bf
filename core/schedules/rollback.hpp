#pragma once

#include "core/schedules/schedule_rules.hpp"

namespace callboard::core {

/// Takes an edit back that could not be stored. What has happened since, runs that started and ended,
/// stays.
/// @param before, changed the job before and after the edit. @param held it as it stands.
live_schedule roll_back_edit(const live_schedule& before, const live_schedule& changed,
                             const live_schedule& held, system_time now);

/// Takes the start of a run back that could not be stored.
/// @param before the job before the start. @param held it as it stands. @param run the run, which may be
/// over by now.
live_schedule roll_back_start(const live_schedule& before, const live_schedule& held,
                              const uuid& run);

} // namespace callboard::core
