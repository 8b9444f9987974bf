#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "actors/interfaces.hpp"

namespace callboard::actors {

/// Whom a supervisor watches.
struct supervised {
  registry_actor registry;
  std::vector<agent_actor> agents;
  store_keeper_actor keeper;
  /// May be the keeper itself.
  store_reader_actor reader;
  /// Told, at most once, that an actor ended by a fault and the engine cannot go on.
  std::function<void(std::string_view)> on_fatal;
};

/// The state of the SUPERVISOR actor. None of the engine's own actors may end by a fault; when one
/// does, what it knew is lost, and a fresh start from the store is the only sound way on.
struct supervisor_state {
  static inline const char* name = "supervisor";

  explicit supervisor_state(supervisor_actor::pointer selfptr);

  supervisor_actor::behavior_type make_behavior(supervised who);

  void on_stop();
  void on_down(const caf::down_msg& down);
  /// Ends the next group of actors: registry, agents, keepers, then this one.
  void end_next();

  supervisor_actor::pointer self;
  supervised watched;
  /// Groups to end, the next one last.
  std::vector<std::vector<caf::actor_addr>> groups;
  std::vector<caf::actor_addr> ending;
  bool is_stopping = false;
};

/// Spawn function of the SUPERVISOR actor.
supervisor_actor::behavior_type supervisor(
  supervisor_actor::stateful_pointer<supervisor_state> self, supervised watched);

} // namespace callboard::actors
