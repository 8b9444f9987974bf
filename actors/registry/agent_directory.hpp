#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <callboard/agent.hpp>

#include "actors/interfaces.hpp"

namespace callboard::actors {

/// An agent as the registry knows it.
struct listed_agent {
  agent_info info;
  agent_actor actor;
  /// Live jobs that occupy it.
  std::size_t load = 0;
};

/// The agents of an engine, by id. Their addresses stay the same.
class agent_directory {
public:
  /// @param infos in the order of configuration.
  /// @param actors theirs, and after them the one for runs that bring their own runner.
  agent_directory(const std::vector<agent_info>& infos, std::vector<agent_actor> actors);

  /// Null if no such agent is configured.
  listed_agent* find(const uuid& id) noexcept;

  /// The one for runs that bring their own runner. No id leads to it.
  listed_agent& callback() noexcept {
    return agents_.back();
  }

  /// The agent that a new job asks for, or the first one. Errors: `no_agents`, `agent_not_found`.
  result<listed_agent*> choose(const new_job& wanted);

  /// All of them, `callback` last.
  const std::vector<listed_agent>& all() const noexcept {
    return agents_;
  }

private:
  std::vector<agent_info> infos_;
  std::vector<listed_agent> agents_;
  std::unordered_map<uuid, std::size_t> places_;
};

} // namespace callboard::actors
