#pragma once

#include <callboard/schedule.hpp>

#include <optional>
#include <vector>

#include "core/calendar/timing.hpp"

namespace callboard::core {

/// Adds times that were missed to those that are to be made up. What lies between is left alone: those
/// times were run, or skipped, while the engine was up.
/// Times up to the last of those that are there are left out.
void add_catch_up(std::vector<time_range>& catch_up, const timing& when, time_range missed);

/// Takes the first time that is to be made up; none if there is no more.
std::optional<system_time> take_catch_up(std::vector<time_range>& catch_up, const timing& when);

/// Undoes the last `take_catch_up`.
void put_back_catch_up(std::vector<time_range>& catch_up, system_time time);

} // namespace callboard::core
