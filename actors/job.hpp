#pragma once

#include "actors/engine_context.hpp"
#include "actors/interfaces.hpp"
#include "core/jobs/job_machine.hpp"

namespace callboard::actors {

/// What a job actor begins with.
struct job_start {
  core::live_job job;
  registry_actor registry;
  agent_actor agent;
};

/// The state of a JOB actor: a mailbox around `core::apply`.
struct job_actor_state {
  static inline const char* name = "job";

  explicit job_actor_state(job_actor::pointer selfptr);

  job_actor::behavior_type make_behavior(const engine_context& context, job_start start);

  /// Applies an event, performs the effects, tells the registry, quits when the job has ended.
  void on(const core::job_event& event);
  void on_abandon();
  void perform(const core::job_effects& effects);

  job_actor::pointer self;
  const engine_context* context = nullptr;
  core::live_job job;
  registry_actor registry;
  agent_actor agent;
};

/// Spawn function of the JOB actor.
/// @param surroundings must outlive the actor.
job_actor::behavior_type job(job_actor::stateful_pointer<job_actor_state> self,
                             const engine_context* context, job_start start);

} // namespace callboard::actors
