#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "actors/engine_context.hpp"
#include "actors/interfaces.hpp"
#include "core/slot_queue.hpp"

namespace callboard::actors {

/// Where an agent actor gets the conversation before a session's message.
struct history_source {
  store_reader_actor reader;
  /// `session_limits::history_messages`.
  std::size_t entries_max = 0;
};

/// The state of an AGENT actor.
struct agent_state {
  static inline const char* name = "agent";

  /// A task that was offered, and who wants to hear of it.
  struct offer {
    job_ptr job;
    job_actor owner;
  };

  /// What is left of it while it runs. Not the snapshot: the job has newer ones, and this one would live as
  /// long as the task.
  struct running_task {
    explicit running_task(const offer& of) : spec(of.job->spec), owner(of.owner) {
      // nop
    }

    std::shared_ptr<const job_spec> spec;
    job_actor owner;
  };

  /// An answer that came while the runner was still being called.
  struct early_answer {
    uuid task_id;
    answer_ptr answer;
  };

  explicit agent_state(agent_actor::pointer selfptr);

  agent_actor::behavior_type make_behavior(const engine_context& shared, agent_binding what,
                                           history_source history);

  void on_offer(const job_ptr& job, const job_actor& owner);
  void on_abort(const uuid& task_id);
  void on_answer(const uuid& task_id, const answer_ptr& answer);
  void on_history(const uuid& task_id, loaded_history& read);
  void start_waiting();
  /// Starts a task that has a slot, and passes on what it answers at once.
  void begin(const uuid& task_id, const offer& what, std::vector<history_entry> before);
  /// Has the conversation before a session's message read. Only tasks that have a slot hold theirs.
  void read_history(const uuid& task_id, offer what);
  /// Who runs the job: what it brought itself, else what the agent was configured with.
  callboard::agent& runner_of(const job_spec& one) const;
  /// Calls the runner. Returns whether it answered before it returned.
  bool start(const uuid& task_id, const offer& what, std::vector<history_entry> before);
  completion completion_for(const uuid& task_id);

  agent_actor::pointer self;
  const engine_context* context = nullptr;
  agent_binding binding;
  /// `binding.info.retry`, for the jobs: never null once it runs.
  agent_retry_ptr retry;
  core::slot_queue<offer, running_task> queue{1};
  bool is_paused = false;
  history_source history;
  /// Tasks that have a slot and wait for their history.
  std::unordered_map<uuid, offer> reading;
  std::vector<early_answer> early_answers;
};

/// For the agent actor of the runs that bring their own runner. It has no id, so that no caller can name
/// it.
agent_binding callback_binding();

/// Spawn function of the AGENT actor.
/// @param surroundings must outlive the actor.
agent_actor::behavior_type agent(agent_actor::stateful_pointer<agent_state> self,
                                 const engine_context* context, agent_binding binding,
                                 history_source history);

} // namespace callboard::actors
