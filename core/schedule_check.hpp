#pragma once

#include <string>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/schedule.hpp>

#include "core/schedule.hpp"

namespace callboard::core {

/// The first of some faults as an error: `invalid_argument`, "<field> <message>".
tl::unexpected<error> fail_with(const std::vector<schedule_fault>& faults);

/// When a job with this definition is due. Errors: `invalid_argument`.
/// @param grid_start where an interval counts from.
result<schedule> timing_of(const schedule_definition& definition, system_time grid_start);

} // namespace callboard::core
