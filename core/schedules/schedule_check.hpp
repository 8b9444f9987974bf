#pragma once

#include <memory>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

#include "core/calendar/timing.hpp"

namespace callboard::core {

/// The first of some faults as an error: `invalid_argument`, "<field> <message>".
tl::unexpected<error> fail_with(const std::vector<schedule_fault>& faults);

/// All that is wrong with a definition, whatever the time; empty: nothing.
/// @param zones must have its time zone; null: whether it can be read does not matter.
std::vector<schedule_fault> find_faults(const schedule_definition& definition,
                                        const zone_database* zones);

/// When a job with this definition is due; null if that depends on a time zone that cannot be read.
/// (Intervals and dates with an offset depend on none.) Errors: `invalid_argument` for a schedule that
/// cannot be read.
/// @param grid_start where an interval counts from.
result<std::shared_ptr<const timing>> timing_of(const schedule_definition& definition,
                                                system_time grid_start, const zone_database& zones);

} // namespace callboard::core
