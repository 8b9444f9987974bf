#include "actors/registry/registry.hpp"

#include <utility>

#include "core/time_after.hpp"

namespace callboard::actors {

void registry_state::on_drain(const drain_call_ptr& call) {
  drains_.push_back(call);
  // With a durable store, what waits for an agent is safe and goes on after the next start.
  if (!std::exchange(is_draining_, true) && is_durable_)
    pause_agents();
  self_->scheduled_send(self_, core::time_after(self_->clock().now(), call->grace), atom::stop_v);
  flush_if_idle();
  drain_if_quiet();
}

void registry_state::pause_agents() {
  for (const auto& one : agent_actors_)
    self_->send(one, atom::pause_v);
}

void registry_state::drain_if_quiet() {
  if (!is_draining_)
    return;
  if (is_ending_) {
    const auto is_stored
      = commits_under_way_ == 0 && batch_.snapshots.empty() && batch_.schedules.empty();
    const auto is_over
      = is_durable_ ? cancels_under_way_ == 0 && fetches_.empty() : counters_.live() == 0;
    // A store that fails now has had its chance; the process must be able to end.
    if (is_over && (is_stored || !store_fault_.empty()))
      for (auto& call : std::exchange(drains_, {}))
        call->done();
    return;
  }
  std::size_t under_way = 0;
  for (std::size_t kind = 0; kind < 3; ++kind) {
    const auto& counts = counters_.of(static_cast<job_kind>(kind));
    under_way += counts[static_cast<std::size_t>(job_state::processing)];
    if (!is_durable_)
      under_way += counts[static_cast<std::size_t>(job_state::pending)];
  }
  if (under_way == 0)
    on_grace_over();
}

void registry_state::on_grace_over() {
  if (std::exchange(is_ending_, true))
    return;
  // A slot that becomes free now must not begin a task that is stopped in the same breath.
  if (!is_durable_)
    pause_agents();
  jobs_->for_each([this](job_entry& entry) {
    if (entry.is_over)
      return;
    if (is_durable_) {
      if (entry.handle)
        self_->send(entry.handle, atom::abandon_v);
      entry.handle = nullptr;
      timers_.disarm(entry);
      release_waiters(entry);
    } else if (entry.handle) {
      self_->send(entry.handle, atom::stop_v);
    } else {
      apply_without_actor(entry, core::event::stopped{});
    }
  });
  drain_if_quiet();
}

} // namespace callboard::actors
