#pragma once

#include <callboard/engine.hpp>
#include <callboard/options.hpp>

#include "actors/registry/agent_directory.hpp"

namespace callboard::actors {

/// What the registry's parts share.
struct registry_context {
  engine_options options;
  /// `store::is_durable`.
  bool is_durable = false;
  engine_observers observers;
  /// May be empty.
  failed_attempt_sink on_failed_attempt;
  agent_directory agents;
  /// The engine is stopping: no new job is taken.
  bool is_draining = false;
  /// The grace period has passed: whatever still runs has been told to stop.
  bool is_ending = false;
};

} // namespace callboard::actors
