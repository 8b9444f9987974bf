#include "actors/registry/registry.hpp"

#include <utility>

#include "actors/registry/actor_outbox.hpp"
#include "actors/registry/registry_parts.hpp"

namespace callboard::actors {

registry_state::registry_state(registry_actor::pointer selfptr) : self_(selfptr) {
  // nop
}

registry_state::~registry_state() {
  if (!jobs_)
    return; // ended before it began
  jobs_->for_each([](job_entry& entry) {
    entry.calls.reset();
    if (const auto live = std::exchange(entry.handle, nullptr))
      caf::anon_send(live, atom::abandon_v);
  });
}

template <class Message>
void registry_state::handle(Message message) {
  message(*parts_);
  parts_->settle();
}

registry_actor::behavior_type registry_state::make_behavior(const engine_context& context,
                                                            registry_start start) {
  jobs_ = std::move(start.jobs);
  out_ = std::make_unique<actor_outbox>(
    self_, context,
    actor_outbox::receivers{std::move(start.keeper), std::move(start.reader), start.agent_actors},
    [this] { parts_->settle(); });
  parts_ = std::make_unique<registry_parts>(
    *out_,
    registry_context{std::move(start.options), start.is_durable, std::move(start.observers),
                     std::move(start.on_failed_attempt),
                     agent_directory{start.agents, std::move(start.agent_actors)}},
    jobs_);
  parts_->restore(std::move(start.stored));
  using parts = registry_parts;
  return {
    [this](atom::submit, const submit_call_ptr& call) {
      handle([&](parts& all) { all.calls().submit(call); });
    },
    [this](atom::get, const job_call_ptr& call) {
      handle([&](parts& all) { all.calls().get(call); });
    },
    [this](atom::wait, const job_call_ptr& call) {
      handle([&](parts& all) { all.calls().wait(call); });
    },
    [this](atom::cancel, const job_call_ptr& call) {
      handle([&](parts& all) { all.calls().cancel(call); });
    },
    [this](atom::list, const list_call_ptr& call) {
      handle([&](parts& all) { all.calls().list(call); });
    },
    [this](atom::arrange, const schedule_call_ptr& call) {
      handle([&](parts& all) { all.schedule_calls().answer(*call); });
    },
    [this](atom::converse, const session_call_ptr& call) {
      handle([&](parts& all) { all.session_calls().answer(*call); });
    },
    [this](atom::report, const health_call_ptr& call) { call->done(parts_->report()); },
    [this](atom::update, const job_update& what) { handle([&](parts& all) { all.update(what); }); },
    [this](atom::drain, const drain_call_ptr& call) {
      handle([&](parts& all) { all.end().begin(call); });
    },
    [this](atom::wake) { handle([](parts& all) { all.on_wake(); }); },
    [this](atom::stop) { handle([](parts& all) { all.end().on_grace_over(); }); },
    [this](atom::retry) { handle([](parts& all) { all.writes().retry(); }); },
  };
}

registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self,
                                       const engine_context* context, registry_start start) {
  return self->state.make_behavior(*context, std::move(start));
}

} // namespace callboard::actors
