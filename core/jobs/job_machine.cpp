#include "core/jobs/job_machine.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include "core/jobs/job_step.hpp"
#include "core/jobs/retry.hpp"
#include "core/time_after.hpp"

namespace callboard::core {

namespace {

transition unchanged(const live_job& before) {
  return {before, {}, false};
}

/// The task under way; null between two attempts and before the first.
const task_record* open_task(const live_job& job) noexcept {
  const auto& tasks = job.record->tasks;
  return tasks.empty() || tasks.back().finished_at ? nullptr : &tasks.back();
}

/// The task under way if it is the given one.
const task_record* open_task(const live_job& job, const uuid& id) noexcept {
  const auto* task = open_task(job);
  return task && task->id == id ? task : nullptr;
}

bool has_passed(const std::optional<steady_time>& due, const clock_reading& now) noexcept {
  return due && *due <= now.steady;
}

task_kind first_task_kind(job_kind kind) noexcept {
  switch (kind) {
    case job_kind::message:
      return task_kind::message;
    case job_kind::agent:
      return task_kind::start;
    case job_kind::run:
      return task_kind::run;
  }
  return task_kind::message;
}

task_kind retry_task_kind(job_kind kind) noexcept {
  return kind == job_kind::run ? task_kind::run : task_kind::retry;
}

/// Ends the job with its task, for a reason that is not the agent's.
transition break_off(const live_job& before, job_state state, const char* code,
                     const std::string& why, const clock_reading& now,
                     const random_source& random) {
  job_step step{before, now, random};
  step.abort_task(task_state::failed, why);
  step.give_up(state, code, why);
  return step.done();
}

/// After a failed attempt: another one, or the end.
/// @param last how the job ends if there is no retry left.
void retry_or_give_up(job_step& step, const agent_answer& answer, job_state last,
                      const agent_retry& rules, const random_source& random) {
  const auto& policy = policy_for(*step.record().spec, answer.is_refusal, rules);
  const auto retry = step.record().retries + 1;
  if (answer.is_final || retry > policy.retries_max)
    step.give_up(last, last == job_state::timeout ? "timeout" : "agent_error", answer.error);
  else
    step.wait_for_retry(wait_after(answer, policy, retry, rules, random));
}

void follow_up_or_give_up(job_step& step, const agent_answer& answer) {
  step.close_task(task_state::completed, std::make_shared<const std::string>(answer.content),
                  nullptr);
  const auto limit = step.record().spec->follow_ups_max;
  if (step.record().follow_ups < limit)
    step.follow_up();
  else
    step.give_up(job_state::failed, "follow_up_limit",
                 "agent asked for more than " + std::to_string(limit) + " follow-ups");
}

transition time_out_attempt(const live_job& before, const clock_reading& now,
                            const random_source& random) {
  const auto limit = before.record->spec->attempt_time_limit;
  const auto why = "the attempt took longer than " + std::to_string(limit->count()) + " ms";
  job_step step{before, now, random};
  step.abort_task(task_state::failed, why);
  retry_or_give_up(step, agent_answer::failure(why), job_state::timeout, {}, random);
  return step.done();
}

transition on(const live_job& before, const event::time_passed&, const clock_reading& now,
              const random_source& random) {
  if (has_passed(before.attempt_deadline, now))
    return time_out_attempt(before, now, random);
  if (!has_passed(before.next_step, now))
    return unchanged(before);
  const auto kind = before.record->spec->kind;
  const auto is_first = before.record->state == job_state::scheduled;
  job_step step{before, now, random};
  step.become_pending(is_first ? first_task_kind(kind) : retry_task_kind(kind));
  return step.done();
}

transition on(const live_job& before, const event::taken& what, const clock_reading& now,
              const random_source& random) {
  const auto* task = open_task(before, what.task_id);
  if (!task || task->state != task_state::waiting)
    return unchanged(before);
  job_step step{before, now, random};
  step.begin_work();
  return step.done();
}

transition on(const live_job& before, const event::answered& what, const clock_reading& now,
              const random_source& random) {
  const auto* task = open_task(before, what.task_id);
  if (!task)
    return unchanged(before);
  if (has_passed(before.attempt_deadline, now))
    return time_out_attempt(before, now, random);
  job_step step{before, now, random};
  if (task->state == task_state::waiting)
    step.begin_work();
  switch (what.answer.status) {
    case answer_status::completed:
      step.complete(what.answer);
      break;
    case answer_status::wants_more:
      follow_up_or_give_up(step, what.answer);
      break;
    case answer_status::failed:
      step.close_task(task_state::failed, nullptr,
                      std::make_shared<const std::string>(what.answer.error));
      retry_or_give_up(step, what.answer, job_state::failed, what.rules, random);
      break;
  }
  return step.done();
}

transition on(const live_job& before, const event::cancel_asked& what, const clock_reading& now,
              const random_source& random) {
  job_step step{before, now, random};
  step.abort_task(task_state::canceled, {});
  step.give_up(job_state::canceled, {}, what.reason);
  return step.done();
}

transition on(const live_job& before, const event::stopped&, const clock_reading& now,
              const random_source& random) {
  return break_off(before, job_state::failed, "shutdown", "server stopped before the job was done",
                   now, random);
}

transition on(const live_job& before, const event::broken&, const clock_reading& now,
              const random_source& random) {
  return break_off(before, job_state::failed, "internal", "the server could not continue the job",
                   now, random);
}

transition on(const live_job& before, const event::agent_gone&, const clock_reading& now,
              const random_source& random) {
  const auto why = "Agent " + before.record->spec->agent_id.to_string() + " not found";
  return break_off(before, job_state::failed, "agent_not_found", why, now, random);
}

} // namespace

result<transition> apply(const live_job& job, const job_event& what, const clock_reading& now,
                         const random_source& random) {
  const auto state = job.record->state;
  if (is_terminal(state)) {
    if (std::holds_alternative<event::cancel_asked>(what))
      return fail_as_over(state);
    return unchanged(job);
  }
  if (has_passed(job.deadline, now))
    return break_off(job, job_state::timeout, "timeout", "the job's deadline passed", now, random);
  return std::visit([&](const auto& e) { return on(job, e, now, random); }, what);
}

steady_time next_wake(const live_job& job) noexcept {
  auto wake = job.deadline;
  if (job.next_step)
    wake = std::min(wake, *job.next_step);
  if (job.attempt_deadline)
    wake = std::min(wake, *job.attempt_deadline);
  return wake;
}

transition begin(std::shared_ptr<const job_spec> spec, const clock_reading& now,
                 const random_source& random) {
  auto blank = std::make_shared<job>();
  blank->spec = std::move(spec);
  const auto& times = *blank->spec;
  live_job before;
  before.deadline = time_after(now.steady, times.expires_at - now.wall);
  if (times.due_at > now.wall) {
    before.next_step = time_after(now.steady, times.due_at - now.wall);
    blank->state = job_state::scheduled;
  }
  before.record = std::move(blank);
  job_step step{before, now, random};
  if (!before.next_step)
    step.start_task(first_task_kind(times.kind));
  return step.done();
}

live_job revived(job_ptr record, const clock_reading& now) {
  const auto& spec = *record->spec;
  live_job kept;
  kept.deadline = time_after(now.steady, spec.expires_at - now.wall);
  if (record->state == job_state::scheduled)
    kept.next_step = time_after(now.steady, spec.due_at - now.wall);
  else if (record->retry_at)
    kept.next_step = time_after(now.steady, *record->retry_at - now.wall);
  kept.record = std::move(record);
  return kept;
}

transition resume(job_ptr record, const clock_reading& now, const random_source& random) {
  assert(!is_terminal(record->state));
  const auto kept = revived(std::move(record), now);
  auto made = *apply(kept, event::time_passed{}, now, random);
  if (made.is_changed || made.next.next_step)
    return made;
  const auto* task = open_task(kept);
  if (!task) // No job of ours stands so; one bad record must not keep the engine from starting.
    return *apply(kept, event::broken{}, now, random);
  if (task->state == task_state::waiting) {
    made.effects.start_task = true;
    return made;
  }
  job_step step{kept, now, random};
  step.restart_task();
  return step.done();
}

} // namespace callboard::core
