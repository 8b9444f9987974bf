#include "actors/registry/agent_directory.hpp"

#include <utility>

#include "actors/agent.hpp"
#include "core/jobs/validation.hpp"

namespace callboard::actors {

agent_directory::agent_directory(const std::vector<agent_info>& infos,
                                 std::vector<agent_actor> actors)
  : infos_(infos) {
  for (std::size_t place = 0; place < infos.size(); ++place) {
    agents_.push_back({infos[place], std::move(actors[place])});
    places_.emplace(infos[place].id, place);
  }
  agents_.push_back({callback_binding().info, std::move(actors.back())});
}

listed_agent* agent_directory::find(const uuid& id) noexcept {
  const auto found = places_.find(id);
  return found == places_.end() ? nullptr : &agents_[found->second];
}

result<listed_agent*> agent_directory::choose(const new_job& wanted) {
  const auto place = core::choose_agent(wanted, infos_);
  if (!place)
    return tl::unexpected(place.error());
  return &agents_[*place];
}

} // namespace callboard::actors
