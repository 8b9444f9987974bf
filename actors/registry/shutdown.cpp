#include "actors/registry/shutdown.hpp"

#include <utility>

#include "actors/registry/outbox.hpp"
#include "actors/registry/timers.hpp"
#include "actors/registry/waiters.hpp"
#include "actors/registry/write_behind.hpp"

namespace callboard::actors {

void shutdown::begin(const drain_call_ptr& call) {
  calls_.push_back(call);
  // With a durable store, what waits for an agent is safe and goes on after the next start.
  if (!std::exchange(parts_.context.is_draining, true) && parts_.context.is_durable)
    parts_.out.pause_agents();
  parts_.out.stop_after(call->grace);
  parts_.writes.stop_gathering();
}

void shutdown::on_grace_over() {
  if (std::exchange(parts_.context.is_ending, true))
    return;
  parts_.delayed.stop();
  // A slot that becomes free now must not begin a task that is stopped in the same breath.
  if (!parts_.context.is_durable)
    parts_.out.pause_agents();
  live_.for_each([this](job_entry& entry) {
    if (!entry.is_over)
      end(entry);
  });
}

void shutdown::end(job_entry& entry) {
  if (parts_.context.is_durable) {
    if (entry.has_actor)
      parts_.out.abandon(entry);
    entry.forget_actor();
    parts_.due.disarm(entry);
    parts_.waiting.release(entry);
  } else if (entry.has_actor) {
    parts_.out.stop(entry);
  } else {
    live_.apply(entry, core::event::stopped{});
  }
}

void shutdown::check() {
  if (!parts_.context.is_draining)
    return;
  if (!parts_.context.is_ending && is_quiet())
    on_grace_over();
  if (parts_.context.is_ending && is_over())
    for (const auto& call : std::exchange(calls_, {}))
      call->done();
}

bool shutdown::is_quiet() const {
  std::size_t under_way = 0;
  for (const auto kind : {job_kind::message, job_kind::agent, job_kind::run}) {
    const auto& counts = live_.counters().of(kind);
    under_way += counts[static_cast<std::size_t>(job_state::processing)];
    if (!parts_.context.is_durable)
      under_way += counts[static_cast<std::size_t>(job_state::pending)];
  }
  return under_way == 0;
}

bool shutdown::is_over() const {
  const auto is_answered = parts_.context.is_durable
                             ? parts_.waiting.cancels() == 0 && !parts_.delayed.is_fetching()
                             : live_.counters().live() == 0;
  // A store that fails now has had its chance; the process must be able to end.
  return is_answered && (parts_.writes.is_settled() || !parts_.writes.fault().empty());
}

} // namespace callboard::actors
