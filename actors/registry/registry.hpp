#pragma once

#include <memory>
#include <vector>

#include <callboard/engine.hpp>
#include <callboard/options.hpp>

#include "actors/engine_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/registry/delayed_jobs.hpp"
#include "actors/registry/job_table.hpp"
#include "core/jobs/organisation_counts.hpp"

namespace callboard::actors {

/// The jobs that a store held when the engine started.
struct held_jobs {
  /// `store::load_live`, up to `due_before`.
  std::vector<job_ptr> live;
  /// `store::load_finished` of messaging jobs, up to `engine_options::jobs_max` and
  /// `held_text_bytes_max`.
  std::vector<job_ptr> finished_messages;
  /// Agent jobs that are scheduled for this time or later stay in a durable store for now.
  system_time due_before;
  /// How many they are.
  core::organisation_counts delayed;
  /// `store::load_schedules`.
  std::vector<scheduled_job_ptr> schedules;
  /// `store::load_sessions`.
  std::vector<session_ptr> sessions = {};
};

/// What a registry begins with.
struct registry_start {
  engine_options options;
  /// In the order of configuration.
  std::vector<agent_info> agents;
  /// The actor of each agent, and after them the one for runs that bring their own runner.
  std::vector<agent_actor> agent_actors;
  store_keeper_actor keeper;
  /// Whom to ask for jobs that are not held.
  store_reader_actor reader;
  /// Empty; shared with those who read from it.
  std::shared_ptr<job_table> jobs;
  /// `store::is_durable`.
  bool is_durable = false;
  held_jobs stored;
  /// May be empty.
  failed_attempt_sink on_failed_attempt;
  engine_observers observers;
};

class actor_outbox;
class registry_parts;

/// The state of the REGISTRY actor: a mailbox before its parts, which do the work.
class registry_state {
public:
  static inline const char* name = "registry";

  explicit registry_state(registry_actor::pointer selfptr);
  registry_state(const registry_state&) = delete;
  registry_state& operator=(const registry_state&) = delete;
  /// Ends the jobs that are still live and lets go of the calls that wait for them: what others can
  /// read stays, but nothing could ever end these.
  ~registry_state();

  registry_actor::behavior_type make_behavior(const engine_context& context, registry_start start);

private:
  /// Has the parts handle a message.
  template <class Message>
  void handle(Message message);

  registry_actor::pointer self_;
  std::shared_ptr<job_table> jobs_;
  std::unique_ptr<actor_outbox> out_;
  std::unique_ptr<registry_parts> parts_;
};

/// Spawn function of the REGISTRY actor.
/// @param surroundings must outlive the actor.
registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self,
                                       const engine_context* context, registry_start start);

} // namespace callboard::actors
