#include "actors/registry/registry.hpp"

#include <utility>

#include "core/jobs/access.hpp"
#include "core/jobs/admission.hpp"
#include "core/jobs/text_bytes.hpp"
#include "core/jobs/validation.hpp"
#include "core/sessions/session_rules.hpp"
#include "core/time_after.hpp"

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

registry_actor::behavior_type registry_state::make_behavior(const engine_context& context,
                                                            registry_start start) {
  context_ = &context;
  options_ = start.options;
  zones_ = options_.zone_directory.empty() ? core::system_zones()
                                           : core::zone_database{options_.zone_directory};
  texts_ = core::text_budget{options_.held_text_bytes_max};
  agents_ = std::move(start.agents);
  agent_actors_ = std::move(start.agent_actors);
  agent_load_.resize(agent_actors_.size());
  keeper_ = std::move(start.keeper);
  reader_ = std::move(start.reader);
  jobs_ = std::move(start.jobs);
  is_durable_ = start.is_durable;
  on_failed_attempt_ = std::move(start.on_failed_attempt);
  observers_ = std::move(start.observers);
  restore(std::move(start.stored));
  return {
    [this](atom::submit, const submit_call_ptr& call) { on_submit(call); },
    [this](atom::get, const job_call_ptr& call) { on_get(call); },
    [this](atom::wait, const job_call_ptr& call) { on_wait(call); },
    [this](atom::cancel, const job_call_ptr& call) { on_cancel(call); },
    [this](atom::list, const list_call_ptr& call) { on_list(call); },
    [this](atom::arrange, const schedule_call_ptr& call) { on_arrange(call); },
    [this](atom::converse, const session_call_ptr& call) { on_converse(call); },
    [this](atom::report, const health_call_ptr& call) { on_report(call); },
    [this](atom::update, const job_update& update) { on_update(update); },
    [this](atom::drain, const drain_call_ptr& call) { on_drain(call); },
    [this](atom::wake) { on_wake(); },
    [this](atom::stop) { on_grace_over(); },
    [this](atom::retry) { on_retry(); },
  };
}

std::optional<error> registry_state::refusal() const {
  if (is_draining_)
    return error{errc::unavailable, "server is shutting down"};
  if (!store_fault_.empty())
    return error{errc::unavailable, "jobs cannot be stored at the moment"};
  return std::nullopt;
}

result<std::shared_ptr<const job_spec>> registry_state::let_in(submit_call& call,
                                                               std::optional<std::size_t> agent,
                                                               clock_reading now) {
  const auto& info = agent && *agent < agents_.size() ? agents_[*agent] : callback_agent_;
  const auto kind = call.wanted.kind;
  const auto agent_id = agent ? info.id : *call.wanted.agent_id;
  auto spec = core::make_spec(std::move(call.wanted), ids_.next(now.wall, context_->random),
                              agent_id, now.wall);
  if (!spec || !agent)
    return spec;
  const auto& organisation = (*spec)->organisation;
  const core::current_load load{counters_.held(job_kind::message),
                                counters_.finished(job_kind::message),
                                live(),
                                counters_.live_of(organisation) + parked_.of(organisation),
                                agent_load_[*agent],
                                texts_};
  const core::load_limits limits{options_.jobs_max, options_.live_jobs_max,
                                 options_.live_jobs_per_organisation_max};
  const auto text_bytes = core::text_bytes(**spec);
  const auto verdict = core::admit({kind, text_bytes}, load, limits, info);
  if (!verdict)
    return tl::unexpected(verdict.error());
  if (*verdict == core::admission::drop_oldest_finished)
    make_room(text_bytes, 1);
  return spec;
}

void registry_state::on_submit(const submit_call_ptr& call) {
  if (auto why = refusal()) {
    call->done(tl::unexpected(std::move(*why)));
    return;
  }
  const auto agent = core::choose_agent(call->wanted, agents_);
  if (!agent) {
    call->done(tl::unexpected(agent.error()));
    return;
  }
  const auto now = now_of(self_, *context_);
  auto spec = let_in(*call, *agent, now);
  if (!spec) {
    call->done(tl::unexpected(std::move(spec.error())));
    return;
  }
  auto& entry = hold(core::begin(std::move(*spec), now, context_->random), *agent);
  if (!is_durable_) {
    acknowledge(entry, {call, entry.visible});
    return;
  }
  entry.calls = std::make_unique<entry_calls>();
  entry.calls->creation = std::make_unique<pending_creation>(pending_creation{call, entry.visible});
}

void registry_state::acknowledge(job_entry& entry, pending_creation creation) {
  auto& call = *creation.call;
  if (call.wait.count() > 0)
    // The job is there, whether or not its end can be awaited.
    add_waiter(entry, std::move(call.done), call.wait, entry.visible);
  else
    call.done(std::move(creation.first));
}

void registry_state::add_waiter(job_entry& entry, callback<job_ptr> done,
                                std::chrono::milliseconds wait, result<job_ptr> without_room) {
  if (is_terminal(entry.visible->state) || wait.count() <= 0 || is_ending_) {
    done(entry.visible);
    return;
  }
  if (waiters_.size() >= options_.waiters_max) {
    done(std::move(without_room));
    return;
  }
  if (!entry.calls)
    entry.calls = std::make_unique<entry_calls>();
  auto& added = *entry.calls->waiters.emplace_back(std::make_unique<waiter>());
  added.entry = &entry;
  added.done = std::move(done);
  waiters_.arm(added, core::time_after(self_->clock().now(), wait));
  arm();
}

job_entry* registry_state::entry_for(const job_call_ptr& call) {
  auto* const entry = jobs_->find(call->ref.id);
  if (!entry) {
    call->done(core::visible_to(call->ref, nullptr));
    return nullptr;
  }
  if (auto seen = core::visible_to(call->ref, entry->visible); !seen) {
    call->done(std::move(seen));
    return nullptr;
  }
  return entry;
}

void registry_state::on_get(const job_call_ptr& call) {
  if (is_durable_ && !jobs_->find(call->ref.id))
    self_->send(reader_, atom::find_v, call);
  else if (const auto* entry = entry_for(call))
    call->done(entry->visible);
}

void registry_state::on_wait(const job_call_ptr& call) {
  if (is_durable_ && !jobs_->find(call->ref.id))
    fetch(call, false);
  else if (auto* entry = entry_for(call))
    add_waiter(*entry, std::move(call->done), call->wait,
               fail(errc::capacity, "too many calls are waiting (at most "
                                      + std::to_string(options_.waiters_max) + ')'));
}

void registry_state::on_cancel(const job_call_ptr& call) {
  if (is_durable_ && !jobs_->find(call->ref.id))
    fetch(call, true);
  else if (auto* entry = entry_for(call))
    cancel(*entry, call);
}

void registry_state::cancel(job_entry& entry, const job_call_ptr& call) {
  if (is_terminal(entry.visible->state)) {
    call->done(fail_as_over(entry.visible->state));
    return;
  }
  if (is_ending_ && !entry.handle) {
    // Left for the next start: nobody here can change it any more.
    call->done(fail(errc::unavailable, "server is shutting down"));
    return;
  }
  if (!entry.calls)
    entry.calls = std::make_unique<entry_calls>();
  auto& added = *entry.calls->waiters.emplace_back(std::make_unique<waiter>());
  added.entry = &entry;
  added.done = std::move(call->done);
  added.is_cancel = true;
  ++cancels_under_way_;
  if (entry.handle)
    self_->send(entry.handle, atom::cancel_v, std::move(call->reason));
  else if (!entry.is_over)
    apply_without_actor(entry, core::event::cancel_asked{std::move(call->reason)});
}

void registry_state::on_list(const list_call_ptr& call) {
  if (auto ok = core::check_query(call->query); !ok) {
    call->done(tl::unexpected(std::move(ok.error())));
    return;
  }
  // Messages are delivered in order: what was acknowledged before is in the store when it is asked.
  if (!is_durable_)
    flush();
  self_->send(reader_, atom::list_v, call);
}

void registry_state::on_report(const health_call_ptr& call) {
  engine_health health;
  health.is_draining = is_draining_;
  health.store_fault = store_fault_;
  health.messages = counters_.of(job_kind::message);
  health.jobs_max = options_.jobs_max;
  health.held_text_bytes = texts_.bytes();
  health.held_text_bytes_max = texts_.bytes_max();
  health.live = live();
  health.live_jobs_max = options_.live_jobs_max;
  health.waiters = waiters_.size();
  health.finished_messages = counters_.ended(job_kind::message);
  health.mean_completion = counters_.mean_completion(job_kind::message);
  health.schedule_blocks = schedules_.blocks();
  const auto live_messages
    = counters_.held(job_kind::message) - counters_.finished(job_kind::message);
  health.is_healthy = !refusal() && health.live < options_.live_jobs_max
                      && live_messages < options_.jobs_max && texts_.can_make_room(1);
  call->done(health);
}

void registry_state::on_converse(const session_call_ptr& call) {
  const error why{errc::unavailable, "there are no sessions yet"};
  std::visit(
    [&](auto& one) {
      if constexpr (requires { one.accepted; })
        one.accepted(tl::unexpected(core::unavailable_error(why)));
      else if constexpr (requires { one.done(session_health{}); })
        one.done(session_health{});
      else
        one.done(tl::unexpected(core::unavailable_error(why)));
    },
    *call);
}

registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self,
                                       const engine_context* context, registry_start start) {
  return self->state.make_behavior(*context, std::move(start));
}

} // namespace callboard::actors
