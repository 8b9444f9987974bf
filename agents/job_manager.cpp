#include <callboard/job_manager.hpp>

#include <future>
#include <utility>

#include <callboard/agents.hpp>

namespace callboard {

namespace {

/// Runs one job's callback on threads that all callbacks share. It does not own them: tasks, which the
/// threads hold, hold their runner.
class callback_runner final : public agent {
public:
  callback_runner(job_callback call, std::weak_ptr<agent> threads)
    : call_(std::move(call)), threads_(std::move(threads)) {
    // nop
  }

  void start(task_ptr task, completion done) override {
    if (const auto there = threads_.lock())
      there->start(std::move(task), std::move(done));
    else
      done(agent_answer::final_failure("the job manager is gone"));
  }

  void cancel(const uuid& task_id) override {
    if (const auto there = threads_.lock())
      there->cancel(task_id);
  }

  const job_callback& call() const noexcept {
    return call_;
  }

private:
  const job_callback call_;
  const std::weak_ptr<agent> threads_;
};

result<agent_answer> call_back(const agent_task& task,
                               const std::function<bool()>& stop_requested) {
  // Only callback runners give these threads tasks, and only their own ones.
  const auto& runner = static_cast<const callback_runner&>(*task.job->spec->run->runner);
  auto outcome = runner.call()({task, stop_requested});
  if (!outcome)
    return tl::unexpected(std::move(outcome.error()));
  return agent_answer::complete(*std::move(outcome));
}

/// What the engine answers. If it has ended by a fault it drops the call.
template <class T>
result<T> answer_of(std::future<result<T>> answer) {
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return fail(errc::internal, "the engine has stopped");
  }
}

} // namespace

job_manager::job_manager(service& jobs, job_manager_options options)
  : jobs_(&jobs), options_(std::move(options)) {
  // nop
}

result<scheduled_job_ptr> job_manager::create_job(job_request wanted) {
  if (wanted.agent_id.has_value() == static_cast<bool>(wanted.callback))
    return fail(errc::invalid_argument, "a job must have either an agent or a callback");
  schedule_definition made;
  made.name = std::move(wanted.name);
  made.description = std::move(wanted.description);
  made.agent_id = wanted.agent_id.value_or(uuid{});
  made.schedule = std::move(wanted.schedule);
  made.interval = wanted.interval;
  made.payload = std::move(wanted.payload);
  made.content = std::move(wanted.content);
  made.timezone = std::move(wanted.timezone);
  made.is_enabled = wanted.is_enabled;
  made.retry = wanted.retry;
  made.time_limit = wanted.time_limit;
  made.overlap = wanted.overlap;
  made.missed = wanted.missed;
  if (wanted.callback)
    made.runner = runner_of(std::move(wanted.callback));
  return answer_of(jobs_->schedules().create(options_.organisation, std::move(made)));
}

result<std::vector<scheduled_job_ptr>> job_manager::list(schedule_query query) {
  query.organisation = options_.organisation;
  return answer_of(jobs_->schedules().list(std::move(query)));
}

result<scheduled_job_ptr> job_manager::get(const uuid& id) {
  return answer_of(jobs_->schedules().get(ref_to(id)));
}

result<scheduled_job_ptr> job_manager::update(const uuid& id, schedule_edit edit) {
  return answer_of(jobs_->schedules().update(ref_to(id), std::move(edit)));
}

result<scheduled_job_ptr> job_manager::set_callback(const uuid& id, job_callback callback) {
  if (!callback)
    return fail(errc::invalid_argument, "callback must be there");
  return update(id, [runner = runner_of(std::move(callback))](schedule_definition& what) {
    what.agent_id = {};
    what.runner = runner;
  });
}

result<scheduled_job_ptr> job_manager::set_enabled(const uuid& id, bool is_enabled) {
  return answer_of(jobs_->schedules().set_enabled(ref_to(id), is_enabled));
}

result<scheduled_job_ptr> job_manager::remove(const uuid& id) {
  return answer_of(jobs_->schedules().remove(ref_to(id)));
}

result<job_ptr> job_manager::run_now(const uuid& id) {
  return answer_of(jobs_->schedules().run_now(ref_to(id)));
}

result<std::vector<job_ptr>> job_manager::runs(const uuid& id, run_query query) {
  return answer_of(jobs_->schedules().runs(ref_to(id), std::move(query)));
}

schedule_ref job_manager::ref_to(const uuid& id) const {
  return {id, options_.organisation, {}};
}

std::shared_ptr<agent> job_manager::runner_of(job_callback callback) {
  const std::lock_guard guard{mutex_};
  if (!threads_)
    threads_ = make_function_agent(call_back, options_.threads);
  return std::make_shared<callback_runner>(std::move(callback), threads_);
}

} // namespace callboard
