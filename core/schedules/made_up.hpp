#pragma once

#include <callboard/schedule.hpp>

#include <optional>
#include <vector>

#include "core/calendar/timing.hpp"

namespace callboard::core {

/// Adds times that were missed to those that are to be made up. What lies between is left alone: those
/// times were run, or skipped, while the engine was up.
/// Times up to the last of those that are there are left out.
void add_made_up(std::vector<time_range>& made_up, const timing& when, time_range missed);

/// Takes the first time that is to be made up; none if there is no more.
std::optional<system_time> take_made_up(std::vector<time_range>& made_up, const timing& when);

/// Undoes the last `take_made_up`.
void put_back_made_up(std::vector<time_range>& made_up, system_time time);

} // namespace callboard::core
