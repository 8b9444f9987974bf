#pragma once

#include <memory>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

#include "core/calendar/timing.hpp"

namespace callboard::core {

/// What a definition says about when it is due, parsed.
struct parsed_timing {
  timing_rule rule;
  /// The zone that `rule` is meant in. Null: it was not looked up, or cannot be read.
  zone_ptr zone;
};

/// Parses a definition and checks all of it, whatever the time. Errors: `invalid_argument` with all
/// faults.
/// @param zones must have its time zone; null: the zone is not looked up.
result<parsed_timing> validate(const schedule_definition& definition, const zone_source* zones);

/// Parses when a stored job is due. (What else it says was checked when it was created.) Errors:
/// `invalid_argument` for a schedule that cannot be read.
result<parsed_timing> parse_stored(const schedule_definition& definition, const zone_source& zones);

/// When a job is due; null if that depends on a time zone that is not there. (Intervals and dates with an
/// offset depend on none.)
/// @param grid_start where an interval counts from.
std::shared_ptr<const timing> timing_of(parsed_timing parsed, system_time grid_start);

} // namespace callboard::core
