#pragma once

#include <memory>

#include "actors/interfaces.hpp"

namespace callboard::actors {

/// The state of the STORE KEEPER actor.
struct store_keeper_state {
  static inline const char* name = "store_keeper";

  explicit store_keeper_state(store_keeper_actor::pointer selfptr);

  store_keeper_actor::behavior_type make_behavior(std::shared_ptr<store> what);

  store_outcome on_commit(const store_batch& batch);
  sweep_outcome on_sweep(const retention_sweep& what);
  found_job on_fetch(const uuid& id);
  loaded_jobs on_load(const delayed_window& window);
  sweep_outcome on_sweep(const run_sweep& what);
  void on_list_runs(const list_runs& call);
  void on_list_messages(const list_messages& call);
  void on_load_history(const history_call& call);
  sweep_outcome on_sweep(const leftover_sweep& what);
  void on_find(const job_call& call);
  void on_list(const list_call& call);

  store_keeper_actor::pointer self;
  std::shared_ptr<store> jobs;
};

/// Spawn function of the STORE KEEPER actor. Spawn it detached: stores block.
store_keeper_actor::behavior_type store_keeper(
  store_keeper_actor::stateful_pointer<store_keeper_state> self, std::shared_ptr<store> jobs);

} // namespace callboard::actors
