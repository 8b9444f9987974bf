#include "core/job_machine.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include "core/retry.hpp"
#include "core/uuid_v7.hpp"

namespace callboard::core {

namespace {

/// Steady times count nanoseconds and end after 292 years; no engine runs that long.
constexpr std::chrono::milliseconds horizon = std::chrono::hours{24 * 366 * 100};

steady_time after(const moment& now, std::chrono::milliseconds wait) noexcept {
  return now.steady + std::min(wait, horizon);
}

/// One step of a job: a private copy of its snapshot that becomes the next version.
class step {
public:
  step(const live_job& before, const moment& now, const random_source& random)
    : next_(std::make_shared<job>(*before.record)), now_(now), random_(random) {
    made_.next = before;
    made_.is_changed = true;
    ++next_->version;
    next_->updated_at = now.wall;
  }

  /// The task that is under way; null between two attempts and before the first.
  task_record* open_task() {
    if (next_->tasks.empty() || next_->tasks.back().finished_at)
      return nullptr;
    return &next_->tasks.back();
  }

  void start(task_kind kind) {
    task_record task;
    task.id = make_uuid_v7(now_.wall, random_);
    task.kind = kind;
    task.attempt = static_cast<std::uint32_t>(next_->tasks.size()) + 1;
    task.created_at = now_.wall;
    next_->tasks.push_back(std::move(task));
    next_->retry_at.reset();
    made_.next.next_step.reset();
    made_.effects.start_task = true;
  }

  void enter(job_state state) {
    next_->state = state;
  }

  void begin_work() {
    enter(job_state::processing);
    open_task()->state = task_state::running;
    if (!next_->started_at)
      next_->started_at = now_.wall;
    if (const auto limit = next_->spec->attempt_time_limit)
      made_.next.attempt_deadline = after(now_, *limit);
  }

  void close_task(task_state state, shared_text result, shared_text error) {
    auto& task = next_->tasks.back();
    task.state = state;
    task.finished_at = now_.wall;
    task.result = std::move(result);
    task.error = std::move(error);
    made_.next.attempt_deadline.reset();
  }

  /// Ends the open task, if there is one, without an answer.
  void abort_open_task(task_state state, const std::string& why) {
    if (const auto* task = open_task()) {
      made_.effects.abort_task = task->id;
      close_task(state, nullptr, why.empty() ? nullptr : std::make_shared<const std::string>(why));
    }
  }

  void retry_after(std::chrono::milliseconds wait) {
    enter(job_state::pending);
    ++next_->retries;
    next_->retry_at = now_.wall + wait;
    made_.next.next_step = after(now_, wait);
  }

  void finish(job_state state, job_outcome outcome) {
    enter(state);
    next_->finished_at = now_.wall;
    next_->retry_at.reset();
    next_->outcome = std::make_shared<const job_outcome>(std::move(outcome));
    made_.next.next_step.reset();
    made_.next.attempt_deadline.reset();
  }

  void give_up(job_state state, std::string code, std::string text) {
    job_outcome outcome;
    outcome.error_code = std::move(code);
    outcome.error_text = std::move(text);
    finish(state, std::move(outcome));
  }

  void time_out() {
    static const std::string why = "the job's time was over";
    abort_open_task(task_state::failed, why);
    give_up(job_state::timeout, "timeout", why);
  }

  const job& now_is() const {
    return *next_;
  }

  job& change() {
    return *next_;
  }

  const random_source& random() const {
    return random_;
  }

  system_time wall() const {
    return now_.wall;
  }

  transition done() {
    next_->tasks.shrink_to_fit();
    made_.next.record = std::move(next_);
    return std::move(made_);
  }

private:
  std::shared_ptr<job> next_;
  moment now_;
  const random_source& random_;
  transition made_;
};

transition unchanged(const live_job& before) {
  return {before, {}, false};
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

void complete(step& s, const agent_answer& answer) {
  job_outcome outcome;
  outcome.message_id = make_uuid_v7(s.wall(), s.random());
  outcome.content = std::make_shared<const std::string>(answer.content);
  outcome.metadata = answer.metadata;
  s.close_task(task_state::completed, outcome.content, nullptr);
  s.finish(job_state::completed, std::move(outcome));
}

void follow_up(step& s, const agent_answer& answer) {
  s.close_task(task_state::completed, std::make_shared<const std::string>(answer.content), nullptr);
  const auto limit = s.now_is().spec->follow_ups_max;
  if (s.now_is().follow_ups >= limit) {
    s.give_up(job_state::failed, "follow_up_limit",
              "agent asked for more than " + std::to_string(limit) + " follow-ups");
    return;
  }
  ++s.change().follow_ups;
  s.start(task_kind::follow_up);
}

/// After a failed attempt: another one, or the end.
/// @param last how the job ends if there is no retry left.
void retry_or_give_up(step& s, const agent_answer& answer, job_state last) {
  const auto& policy = s.now_is().spec->retry;
  if (answer.is_final || s.now_is().retries >= policy.retries_max) {
    s.give_up(last, last == job_state::timeout ? "timeout" : "agent_error", answer.error);
    return;
  }
  auto wait = wait_before_retry(policy, s.now_is().retries + 1, s.random());
  if (answer.retry_after)
    wait = std::max(wait, *answer.retry_after);
  // Never past the deadline: there the job times out, and later times need not be representable.
  wait
    = std::min(wait, std::max(s.now_is().spec->expires_at - s.wall(), std::chrono::milliseconds{}));
  s.retry_after(wait);
}

transition on(const live_job& before, const event::time_passed&, const moment& now,
              const random_source& random) {
  if (before.attempt_deadline && *before.attempt_deadline <= now.steady) {
    step s{before, now, random};
    const auto text = "the attempt took longer than "
                      + std::to_string(s.now_is().spec->attempt_time_limit->count()) + " ms";
    s.abort_open_task(task_state::failed, text);
    retry_or_give_up(s, agent_answer::failure(text), job_state::timeout);
    return s.done();
  }
  if (!before.next_step || *before.next_step > now.steady)
    return unchanged(before);
  step s{before, now, random};
  const auto is_first = s.now_is().state == job_state::scheduled;
  s.enter(job_state::pending);
  s.start(is_first ? first_task_kind(s.now_is().spec->kind) : task_kind::retry);
  return s.done();
}

transition on(const live_job& before, const event::taken& what, const moment& now,
              const random_source& random) {
  const auto& tasks = before.record->tasks;
  if (tasks.empty() || tasks.back().id != what.task_id || tasks.back().state != task_state::waiting)
    return unchanged(before);
  step s{before, now, random};
  s.begin_work();
  return s.done();
}

transition on(const live_job& before, const event::answered& what, const moment& now,
              const random_source& random) {
  const auto& tasks = before.record->tasks;
  if (tasks.empty() || tasks.back().id != what.task_id || tasks.back().finished_at)
    return unchanged(before);
  step s{before, now, random};
  if (s.open_task()->state == task_state::waiting)
    s.begin_work();
  switch (what.answer.status) {
    case answer_status::completed:
      complete(s, what.answer);
      break;
    case answer_status::wants_more:
      follow_up(s, what.answer);
      break;
    case answer_status::failed:
      s.close_task(task_state::failed, nullptr,
                   std::make_shared<const std::string>(what.answer.error));
      retry_or_give_up(s, what.answer, job_state::failed);
      break;
  }
  return s.done();
}

transition on(const live_job& before, const event::cancel_asked& what, const moment& now,
              const random_source& random) {
  step s{before, now, random};
  s.abort_open_task(task_state::canceled, {});
  s.give_up(job_state::canceled, {}, what.reason);
  return s.done();
}

transition on(const live_job& before, const event::stopped&, const moment& now,
              const random_source& random) {
  step s{before, now, random};
  const std::string why = "server stopped before the job was done";
  s.abort_open_task(task_state::failed, why);
  s.give_up(job_state::failed, "shutdown", why);
  return s.done();
}

transition on(const live_job& before, const event::broken&, const moment& now,
              const random_source& random) {
  step s{before, now, random};
  const std::string why = "the server could not go on with the job";
  s.abort_open_task(task_state::failed, why);
  s.give_up(job_state::failed, "internal", why);
  return s.done();
}

} // namespace

result<transition> apply(const live_job& job, const job_event& what, const moment& now,
                         const random_source& random) {
  const auto state = job.record->state;
  if (is_terminal(state)) {
    if (std::holds_alternative<event::cancel_asked>(what))
      return fail(errc::conflict, "job is already " + std::string{to_string(state)});
    return unchanged(job);
  }
  if (now.steady >= job.deadline) {
    step s{job, now, random};
    s.time_out();
    return s.done();
  }
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

transition begin(std::shared_ptr<const job_spec> spec, const moment& now,
                 const random_source& random) {
  auto blank = std::make_shared<job>();
  blank->spec = std::move(spec);
  const auto& times = *blank->spec;
  live_job before;
  before.deadline = after(now, times.expires_at - now.wall);
  if (times.due_at > now.wall) {
    before.next_step = after(now, times.due_at - now.wall);
    blank->state = job_state::scheduled;
  }
  before.record = std::move(blank);
  step s{before, now, random};
  if (!before.next_step)
    s.start(first_task_kind(times.kind));
  return s.done();
}

transition resume(job_ptr record, const moment& now, const random_source& random) {
  assert(!is_terminal(record->state));
  const auto& spec = *record->spec;
  live_job before;
  before.deadline = after(now, spec.expires_at - now.wall);
  if (record->state == job_state::scheduled)
    before.next_step = after(now, spec.due_at - now.wall);
  else if (record->retry_at)
    before.next_step = after(now, *record->retry_at - now.wall);
  else if (spec.attempt_time_limit && record->state == job_state::processing)
    before.attempt_deadline = after(now, *spec.attempt_time_limit);
  before.record = std::move(record);
  auto made = *apply(before, event::time_passed{}, now, random);
  if (!made.is_changed && !made.next.next_step)
    made.effects.start_task = true;
  return made;
}

} // namespace callboard::core
