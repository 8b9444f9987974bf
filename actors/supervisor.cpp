#include "actors/supervisor.hpp"

#include <string>
#include <utility>

namespace callboard::actors {

supervisor_state::supervisor_state(supervisor_actor::pointer selfptr) : self(selfptr) {
  // nop
}

supervisor_actor::behavior_type supervisor_state::make_behavior(supervised who) {
  watched = std::move(who);
  self->set_down_handler([this](caf::down_msg& down) { on_down(down); });
  std::vector<caf::actor_addr> agents;
  for (const auto& one : watched.agents) {
    self->monitor(one);
    agents.push_back(one.address());
  }
  self->monitor(watched.registry);
  std::vector<caf::actor_addr> keepers{watched.keeper.address()};
  if (watched.reader.address() != watched.keeper.address())
    keepers.push_back(watched.reader.address());
  for (const auto& one : keepers)
    self->monitor(one);
  groups = {std::move(keepers), std::move(agents), {watched.registry.address()}};
  return {
    [this](atom::stop) { on_stop(); },
  };
}

void supervisor_state::on_stop() {
  if (!std::exchange(is_stopping, true))
    end_next();
}

void supervisor_state::end_next() {
  while (ending.empty()) {
    if (groups.empty()) {
      self->quit();
      return;
    }
    ending = std::move(groups.back());
    groups.pop_back();
  }
  for (const auto& one : ending)
    if (const auto alive = caf::actor_cast<caf::strong_actor_ptr>(one))
      self->send_exit(alive, caf::exit_reason::user_shutdown);
}

void supervisor_state::on_down(const caf::down_msg& down) {
  // Whoever has ended is not to be waited for when the others are ended.
  for (auto& group : groups)
    std::erase(group, down.source);
  std::erase(ending, down.source);
  if (!is_stopping) {
    if (const auto told = std::exchange(watched.on_fatal, nullptr))
      told("an actor of the engine failed");
  } else if (ending.empty()) {
    end_next();
  }
}

supervisor_actor::behavior_type supervisor(
  supervisor_actor::stateful_pointer<supervisor_state> self, supervised watched) {
  return self->state.make_behavior(std::move(watched));
}

} // namespace callboard::actors
