#include "actors/agent.hpp"

#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/jobs/conversation.hpp"
#include "text/utf8.hpp"

namespace callboard::actors {

namespace {

/// The agent whose runner is being called on this thread. An answer that comes meanwhile needs no
/// message, and its job no step in between.
thread_local agent_state* calling = nullptr;

/// What an agent says, as it may be stored.
answer_ptr cleaned(agent_answer answer) {
  answer.content = core::to_utf8(std::move(answer.content));
  answer.error = core::to_utf8(std::move(answer.error));
  if (answer.status == answer_status::failed && answer.error.empty())
    answer.error = "agent failed without giving a reason";
  return std::make_shared<const agent_answer>(std::move(answer));
}

/// Stands in for a callback that is not there any more.
class no_runner final : public callboard::agent {
public:
  void start(task_ptr, completion done) override {
    done(agent_answer::final_failure("the callback no longer exists"));
  }

  void cancel(const uuid&) override {
    // nop
  }
};

} // namespace

agent_binding callback_binding() {
  agent_binding made;
  made.info.name = "callback";
  // Whoever brings a runner says how much it does at once.
  made.info.concurrency = std::numeric_limits<std::uint32_t>::max();
  made.runner = std::make_shared<no_runner>();
  return made;
}

agent_state::agent_state(agent_actor::pointer selfptr) : self(selfptr) {
  // nop
}

agent_actor::behavior_type agent_state::make_behavior(const engine_context& shared,
                                                      agent_binding what, history_source from) {
  context = &shared;
  binding = std::move(what);
  history = std::move(from);
  retry = std::make_shared<const agent_retry>(binding.info.retry);
  queue = core::slot_queue<offer, running_task>{binding.info.concurrency};
  return {
    [this](atom::offer, const job_ptr& job, const job_actor& owner) { on_offer(job, owner); },
    [this](atom::abort, const uuid& task_id) { on_abort(task_id); },
    [this](atom::answer, const uuid& task_id, const answer_ptr& answer) {
      on_answer(task_id, answer);
    },
    [this](atom::load, const uuid& task_id, const history_ptr& read) {
      on_history(task_id, *read);
    },
    [this](atom::pause) { is_paused = true; },
  };
}

void agent_state::on_offer(const job_ptr& job, const job_actor& owner) {
  queue.push(job->tasks.back().id, {job, owner});
  start_waiting();
}

void agent_state::on_abort(const uuid& task_id) {
  if (queue.withdraw(task_id))
    return;
  const auto running = queue.release(task_id);
  if (!running)
    return;
  if (reading.erase(task_id) > 0)
    return start_waiting(); // the runner has not heard of it
  try {
    runner_of(*running->spec).cancel(task_id);
  } catch (...) {
    // The slot is free and the job has ended; what a runner does with it does not matter.
  }
  start_waiting();
}

void agent_state::on_answer(const uuid& task_id, const answer_ptr& answer) {
  const auto offered = queue.release(task_id);
  if (!offered)
    return; // aborted meanwhile
  self->send(offered->owner, atom::answer_v, task_id, answer, retry);
  start_waiting();
}

void agent_state::start_waiting() {
  while (!is_paused) {
    const auto next = queue.start_next();
    if (!next)
      return;
    const auto& [task_id, what] = *next;
    if (what.job->spec->session)
      read_history(task_id, what);
    else
      begin(task_id, what, {});
  }
}

void agent_state::begin(const uuid& task_id, const offer& what, std::vector<history_entry> before) {
  if (!start(task_id, what, std::move(before)))
    self->send(what.owner, atom::take_v, task_id);
  for (auto& early : std::exchange(early_answers, {}))
    if (const auto offered = queue.release(early.task_id))
      self->send(offered->owner, atom::answer_v, early.task_id, std::move(early.answer), retry);
}

void agent_state::read_history(const uuid& task_id, offer what) {
  auto call = std::make_shared<history_call>();
  call->query.session_id = what.job->spec->session->session_id;
  call->query.before = what.job->spec->session->message_at;
  call->query.entries_max = history.entries_max;
  // Messages, not a request: CAF looks for the answer to each request among all that are open.
  call->done = [to = agent_actor{self}, task_id](loaded_history read) {
    caf::anon_send(to, atom::load_v, task_id, std::make_shared<loaded_history>(std::move(read)));
  };
  reading.emplace(task_id, std::move(what));
  self->send(history.reader, atom::load_v, std::move(call));
}

void agent_state::on_history(const uuid& task_id, loaded_history& read) {
  const auto place = reading.extract(task_id);
  if (place.empty() || is_paused)
    return; // aborted meanwhile, or left to the next start
  const auto& what = place.mapped();
  if (read) {
    begin(task_id, what, std::move(*read));
  } else {
    const auto refusal = agent_answer::refusal("the conversation cannot be read");
    queue.release(task_id);
    self->send(what.owner, atom::answer_v, task_id, std::make_shared<const agent_answer>(refusal),
               retry);
  }
  start_waiting();
}

callboard::agent& agent_state::runner_of(const job_spec& one) const {
  const auto* run = one.run.get();
  return run && run->runner ? *run->runner : *binding.runner;
}

bool agent_state::start(const uuid& task_id, const offer& what, std::vector<history_entry> before) {
  auto* const outer = std::exchange(calling, this);
  // Held beyond the call: a runner that throws drops its copy, and that would be the answer.
  const auto done = completion_for(task_id);
  try {
    const auto now = now_of(self, *context).wall;
    runner_of(*what.job->spec)
      .start(core::make_task(what.job, binding.info, now, std::move(before)), done);
  } catch (const std::exception& fault) {
    done(agent_answer::failure(std::string{"agent failed: "} + fault.what()));
  } catch (...) {
    done(agent_answer::failure("agent failed"));
  }
  calling = outer;
  for (const auto& early : early_answers)
    if (early.task_id == task_id)
      return true;
  return false;
}

completion agent_state::completion_for(const uuid& task_id) {
  return completion{[owner = this, self_handle = agent_actor{self}, task_id](agent_answer answer) {
    auto ready = cleaned(std::move(answer));
    // `owner` is only compared until it is known to be alive: it is what this thread is running.
    if (calling == owner)
      calling->early_answers.push_back({task_id, std::move(ready)});
    else
      caf::anon_send(self_handle, atom::answer_v, task_id, std::move(ready));
  }};
}

agent_actor::behavior_type agent(agent_actor::stateful_pointer<agent_state> self,
                                 const engine_context* context, agent_binding binding,
                                 history_source history) {
  return self->state.make_behavior(*context, std::move(binding), std::move(history));
}

} // namespace callboard::actors
