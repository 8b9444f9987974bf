#include <callboard/job_manager.hpp>

#include <future>
#include <shared_mutex>
#include <utility>

#include <callboard/agents.hpp>

namespace callboard {

namespace {} // namespace

/// The threads of a manager's callbacks, which its runners reach as long as the manager is there.
class job_manager::callback_threads {
public:
  void open(std::shared_ptr<agent> threads) {
    const std::unique_lock guard{mutex_};
    threads_ = std::move(threads);
  }

  /// Asks callbacks to stop and waits for them. Nobody reaches the threads while that goes on, and nobody
  /// has to wait for it: a callback may be waiting for the engine.
  void close() {
    std::shared_ptr<agent> ending;
    {
      const std::unique_lock guard{mutex_};
      ending = std::move(threads_);
    }
  }

  /// Calls `use` with the threads. Returns whether they are there.
  template <class Use>
  bool reach(Use use) {
    const std::shared_lock guard{mutex_};
    if (threads_)
      use(*threads_);
    return threads_ != nullptr;
  }

private:
  std::shared_mutex mutex_;
  /// There is no other owner.
  std::shared_ptr<agent> threads_;
};

/// Runs one job's callback on threads that all callbacks share.
class job_manager::callback_runner final : public agent {
public:
  callback_runner(job_callback call, std::shared_ptr<callback_threads> threads)
    : call_(std::move(call)), threads_(std::move(threads)) {
    // nop
  }

  void start(task_ptr task, completion done) override {
    if (!threads_->reach([&](agent& threads) { threads.start(task, done); }))
      done(agent_answer::final_failure("the job manager no longer exists"));
  }

  void cancel(const uuid& task_id) override {
    threads_->reach([&](agent& threads) { threads.cancel(task_id); });
  }

  const job_callback& call() const noexcept {
    return call_;
  }

private:
  const job_callback call_;
  const std::shared_ptr<callback_threads> threads_;
};

result<agent_answer> job_manager::call_back(const agent_task& task,
                                            const std::function<bool()>& stop_requested) {
  // Only callback runners give these threads tasks, and only their own ones.
  const auto& runner = static_cast<const callback_runner&>(*task.job->spec->run->runner);
  auto outcome = runner.call()({task, stop_requested});
  if (!outcome)
    return tl::unexpected(std::move(outcome.error()));
  return agent_answer::complete(*std::move(outcome));
}

namespace {

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
  : jobs_(&jobs), options_(std::move(options)), threads_(std::make_shared<callback_threads>()) {
  // nop
}

job_manager::~job_manager() {
  threads_->close();
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
    return fail(errc::invalid_argument, "callback must not be empty");
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
  std::call_once(has_threads_,
                 [this] { threads_->open(make_function_agent(call_back, options_.threads)); });
  return std::make_shared<callback_runner>(std::move(callback), threads_);
}

} // namespace callboard
