#include "core/jobs/job_step.hpp"

#include <algorithm>
#include <utility>

#include "core/jobs/task_id.hpp"
#include "core/time_after.hpp"
#include "core/uuid_v7.hpp"

namespace callboard::core {

job_step::job_step(const live_job& before, const clock_reading& now, const random_source& random)
  : next_(std::make_shared<job>(*before.record)), now_(now), wall_(now.wall), random_(random) {
  now_.wall = std::max(now.wall, next_->updated_at);
  made_.next = before;
  made_.is_changed = true;
  ++next_->version;
  next_->updated_at = now_.wall;
}

const job& job_step::record() const noexcept {
  return *next_;
}

task_record* job_step::open_task() noexcept {
  if (next_->tasks.empty() || next_->tasks.back().finished_at)
    return nullptr;
  return &next_->tasks.back();
}

void job_step::start_task(task_kind kind) {
  task_record task;
  task.kind = kind;
  task.attempt = static_cast<std::uint32_t>(next_->tasks.size()) + 1;
  task.id = task_id_for(next_->spec->id, task.attempt, kind);
  task.created_at = now_.wall;
  next_->tasks.push_back(std::move(task));
  made_.effects.start_task = true;
}

void job_step::restart_task() {
  open_task()->state = task_state::waiting;
  made_.effects.start_task = true;
}

void job_step::begin_work() {
  next_->state = job_state::processing;
  open_task()->state = task_state::running;
  if (!next_->started_at)
    next_->started_at = now_.wall;
  if (const auto limit = next_->spec->attempt_time_limit)
    made_.next.attempt_deadline = time_after(now_.steady, *limit);
}

void job_step::close_task(task_state state, shared_text result, shared_text error) {
  auto& task = *open_task();
  task.state = state;
  task.finished_at = now_.wall;
  task.result = std::move(result);
  task.error = std::move(error);
  made_.next.attempt_deadline.reset();
}

void job_step::abort_task(task_state state, const std::string& why) {
  if (const auto* task = open_task()) {
    made_.effects.abort_task = task->id;
    close_task(state, nullptr, why.empty() ? nullptr : std::make_shared<const std::string>(why));
  }
}

void job_step::become_pending(task_kind kind) {
  next_->state = job_state::pending;
  next_->retry_at.reset();
  made_.next.next_step.reset();
  start_task(kind);
}

void job_step::wait_for_retry(std::chrono::milliseconds wait) {
  // At the deadline the job times out, and later times need not be representable.
  const auto left = made_.next.deadline - now_.steady;
  wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(left));
  next_->state = job_state::pending;
  ++next_->retries;
  // It lies ahead of the clock as it is: a restart counts from there.
  next_->retry_at = wall_ + wait;
  made_.next.next_step = time_after(now_.steady, wait);
}

void job_step::follow_up() {
  ++next_->follow_ups;
  start_task(task_kind::follow_up);
}

void job_step::complete(const agent_answer& answer) {
  job_outcome outcome;
  outcome.message_id = make_uuid_v7(now_.wall, random_);
  outcome.content = std::make_shared<const std::string>(answer.content);
  outcome.metadata = answer.metadata;
  close_task(task_state::completed, outcome.content, nullptr);
  finish(job_state::completed, std::move(outcome));
}

void job_step::give_up(job_state state, std::string code, std::string text) {
  job_outcome outcome;
  outcome.error_code = std::move(code);
  outcome.error_text = std::move(text);
  finish(state, std::move(outcome));
}

void job_step::finish(job_state state, job_outcome outcome) {
  next_->state = state;
  next_->finished_at = now_.wall;
  next_->retry_at.reset();
  next_->outcome = std::make_shared<const job_outcome>(std::move(outcome));
  made_.next.next_step.reset();
}

transition job_step::done() {
  next_->tasks.shrink_to_fit();
  made_.next.record = std::move(next_);
  return std::move(made_);
}

} // namespace callboard::core
