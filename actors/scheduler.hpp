#pragma once

#include <caf/all.hpp>

namespace callboard::actors {

/// Has the actor system use CAF's work-sharing scheduler with a clock that leaves the end of actors
/// alone.
///
/// CAF 0.17 tells its clock of each actor that ends, to drop timeouts that the actor may have left;
/// that wakes the clock's thread once a job. Our actors leave none: deadlines stand in the
/// registry's heap, and requests inside the process have no timeout.
void use_quiet_scheduler(caf::actor_system_config& config);

} // namespace callboard::actors
