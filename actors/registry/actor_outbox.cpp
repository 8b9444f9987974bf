#include "actors/registry/actor_outbox.hpp"

#include <utility>

#include "actors/job.hpp"
#include "actors/registry/job_table.hpp"
#include "core/time_after.hpp"

namespace callboard::actors {

namespace {

/// The store keeper has ended, and the engine with it.
void ignore(const caf::error&) {
  // nop
}

} // namespace

actor_outbox::actor_outbox(registry_actor::pointer self, const engine_context& context,
                           receivers to, std::function<void()> settled)
  : self_(self), context_(context), to_(std::move(to)), settled_(std::move(settled)) {
  // nop
}

template <class T>
auto actor_outbox::settling(then<T> done) {
  return [this, done = std::move(done)](const T& answer) {
    done(answer);
    settled_();
  };
}

clock_reading actor_outbox::now() const {
  return now_of(self_, context_);
}

const core::random_source& actor_outbox::random() const {
  return context_.random;
}

uuid actor_outbox::next_id(system_time now) {
  return ids_.next(now, context_.random);
}

void actor_outbox::wake_at(steady_time due) {
  if (due <= self_->clock().now())
    self_->send(self_, atom::wake_v);
  else
    self_->scheduled_send(self_, due, atom::wake_v);
}

void actor_outbox::retry_after(std::chrono::milliseconds wait) {
  self_->delayed_send(self_, wait, atom::retry_v);
}

void actor_outbox::stop_after(std::chrono::milliseconds grace) {
  self_->scheduled_send(self_, core::time_after(self_->clock().now(), grace), atom::stop_v);
}

void actor_outbox::commit(store_batch_ptr batch, then<store_outcome> done) {
  const auto answered = settling<store_outcome>(std::move(done));
  // The keeper has nothing to do until its answer has been seen, so that comes before what waits here.
  self_
    ->request<caf::message_priority::high>(to_.keeper, caf::infinite, atom::commit_v,
                                           std::move(batch))
    .then(answered, [answered](const caf::error&) {
      answered(fail(errc::internal, "the store does not answer"));
    });
}

void actor_outbox::sweep(const retention_sweep& what, then<sweep_outcome> done) {
  self_->request(to_.keeper, caf::infinite, atom::sweep_v, what)
    .then(settling<sweep_outcome>(std::move(done)), ignore);
}

void actor_outbox::sweep(const run_sweep& what, then<sweep_outcome> done) {
  self_->request(to_.keeper, caf::infinite, atom::sweep_v, what)
    .then(settling<sweep_outcome>(std::move(done)), ignore);
}

void actor_outbox::sweep(const leftover_sweep& what, then<sweep_outcome> done) {
  self_->request(to_.keeper, caf::infinite, atom::sweep_v, what)
    .then(settling<sweep_outcome>(std::move(done)), ignore);
}

void actor_outbox::fetch(const uuid& id, then<found_job> done) {
  const auto answered = settling<found_job>(std::move(done));
  self_->request(to_.reader, caf::infinite, atom::fetch_v, id)
    .then(answered, [answered](const caf::error&) {
      answered(fail(errc::unavailable, "the store does not answer"));
    });
}

void actor_outbox::load(const delayed_window& what, then<loaded_jobs> done) {
  self_->request(to_.reader, caf::infinite, atom::load_v, what)
    .then(settling<loaded_jobs>(std::move(done)), ignore);
}

void actor_outbox::find(job_call_ptr call) {
  self_->send(to_.reader, atom::find_v, std::move(call));
}

void actor_outbox::list(list_call_ptr call) {
  self_->send(to_.reader, atom::list_v, std::move(call));
}

void actor_outbox::list(list_runs_ptr call) {
  self_->send(to_.reader, atom::list_v, std::move(call));
}

void actor_outbox::list(list_messages_ptr call) {
  self_->send(to_.reader, atom::list_v, std::move(call));
}

void actor_outbox::begin(job_entry& entry, core::live_job job) {
  entry.handle = self_->spawn(actors::job, &context_,
                              job_start{std::move(job), registry_actor{self_}, entry.agent->actor});
}

void actor_outbox::offer(const job_entry& entry, job_ptr job) {
  self_->send(entry.agent->actor, atom::offer_v, std::move(job), entry.handle);
}

void actor_outbox::wake(const job_entry& entry) {
  self_->send(entry.handle, atom::wake_v);
}

void actor_outbox::cancel(const job_entry& entry, std::string reason) {
  self_->send(entry.handle, atom::cancel_v, std::move(reason));
}

void actor_outbox::stop(const job_entry& entry) {
  self_->send(entry.handle, atom::stop_v);
}

void actor_outbox::abandon(const job_entry& entry) {
  self_->send(entry.handle, atom::abandon_v);
}

void actor_outbox::pause_agents() {
  for (const auto& one : to_.agents)
    self_->send(one, atom::pause_v);
}

} // namespace callboard::actors
