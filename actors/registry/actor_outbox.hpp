#pragma once

#include <string>

#include "actors/engine_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/registry/outbox.hpp"
#include "core/uuid_v7.hpp"

namespace callboard::actors {

/// The outbox of a registry that runs: turns what its parts want into messages.
class actor_outbox final : public outbox {
public:
  /// Whom a registry sends to, besides jobs.
  struct receivers {
    store_keeper_actor keeper;
    /// Whom to ask for jobs that are not held.
    store_reader_actor reader;
    std::vector<agent_actor> agents;
  };

  /// @param self, context must outlive this. @param settled called after each answer of the store.
  actor_outbox(registry_actor::pointer self, const engine_context& context, receivers to,
               std::function<void()> settled);

  clock_reading now() const override;
  const core::random_source& random() const override;
  uuid next_id(system_time now) override;
  void wake_at(steady_time due) override;
  void retry_after(std::chrono::milliseconds wait) override;
  void stop_after(std::chrono::milliseconds grace) override;

  void commit(store_batch_ptr batch, then<store_outcome> done) override;
  void sweep(const retention_sweep& what, then<sweep_outcome> done) override;
  void sweep(const run_sweep& what, then<sweep_outcome> done) override;
  void sweep(const leftover_sweep& what, then<sweep_outcome> done) override;
  void fetch(const uuid& id, then<found_job> done) override;
  void load(const delayed_window& what, then<loaded_jobs> done) override;
  void find(job_call_ptr call) override;
  void list(list_call_ptr call) override;
  void list(list_runs_ptr call) override;
  void list(list_messages_ptr call) override;

  void begin(job_entry& entry, core::live_job job) override;
  void offer(const job_entry& entry, job_ptr job) override;
  void wake(const job_entry& entry) override;
  void cancel(const job_entry& entry, std::string reason) override;
  void stop(const job_entry& entry) override;
  void abandon(const job_entry& entry) override;
  void pause_agents() override;

private:
  /// Handles an answer of the store as a message of its own.
  template <class T>
  auto settling(then<T> done);

  registry_actor::pointer self_;
  const engine_context& context_;
  receivers to_;
  std::function<void()> settled_;
  core::uuid_v7_sequence ids_;
};

} // namespace callboard::actors
