#include "actors/job.hpp"

#include <exception>
#include <utility>

namespace callboard::actors {

job_actor_state::job_actor_state(job_actor::pointer selfptr) : self(selfptr) {
  // nop
}

job_actor::behavior_type job_actor_state::make_behavior(const engine_context& from,
                                                        job_start start) {
  context = &from;
  job = std::move(start.job);
  registry = std::move(start.registry);
  agent = std::move(start.agent);
  // A fault of ours (memory, say) must not leave a job that never ends.
  self->set_exception_handler([this](std::exception_ptr&) -> caf::error {
    on(core::event::broken{});
    return caf::exit_reason::unhandled_exception;
  });
  return {
    [this](atom::take, const uuid& task_id) { on(core::event::taken{task_id}); },
    [this](atom::answer, const uuid& task_id, const answer_ptr& answer,
           const agent_retry_ptr& rules) {
      on(core::event::answered{task_id, *answer, *rules});
    },
    [this](atom::cancel, const std::string& reason) { on(core::event::cancel_asked{reason}); },
    [this](atom::wake) { on(core::event::time_passed{}); },
    [this](atom::stop) { on(core::event::stopped{}); },
    [this](atom::abandon) { on_abandon(); },
  };
}

void job_actor_state::on(const core::job_event& event) {
  auto step = core::apply(job, event, now_of(self, *context), context->random);
  // Only canceling an ended job is refused; the registry tells the caller.
  if (!step || !step->is_changed)
    return;
  job = std::move(step->next);
  perform(step->effects);
  self->send(registry, atom::update_v, job_update{job.record, core::next_wake(job)});
  if (is_terminal(job.record->state))
    self->quit();
}

void job_actor_state::on_abandon() {
  if (!job.record->tasks.empty())
    self->send(agent, atom::abort_v, job.record->tasks.back().id);
  self->quit();
}

void job_actor_state::perform(const core::job_effects& effects) {
  if (effects.abort_task)
    self->send(agent, atom::abort_v, *effects.abort_task);
  if (effects.start_task)
    self->send(agent, atom::offer_v, job.record, job_actor{self});
}

job_actor::behavior_type job(job_actor::stateful_pointer<job_actor_state> self,
                             const engine_context* context, job_start start) {
  return self->state.make_behavior(*context, std::move(start));
}

} // namespace callboard::actors
