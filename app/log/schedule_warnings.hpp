#pragma once

#include <callboard/service.hpp>

#include "app/log/event_log.hpp"

namespace callboard::app {

/// Warns of everything that blocks scheduled jobs, one line for each cause: time zones that cannot
/// be read, agents that are not configured.
void warn_of_schedule_blocks(const event_log& log, const engine_health& health);

} // namespace callboard::app
