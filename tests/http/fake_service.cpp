#include "tests/http/fake_service.hpp"

#include <stdexcept>

#include "tests/http/sample_jobs.hpp"
#include "tests/support/patience.hpp"

namespace callboard::tests {

fake_service::fake_service(calling how) : configured{sample_agent()}, how_(how) {
  on_submit = [](const new_job& wanted) -> result<job_ptr> { return accepted(wanted); };
  on_get = [](const job_ref&) -> result<job_ptr> { return fail(errc::not_found, "no such job"); };
  on_cancel = on_get;
  if (how == calling::elsewhere)
    thread_ = std::thread{[this] { run(); }};
}

fake_service::~fake_service() {
  {
    const std::lock_guard guard{mutex_};
    is_ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void fake_service::submit(new_job job, std::chrono::milliseconds wait, callback<job_ptr> done) {
  auto answer = on_submit(job);
  {
    const std::lock_guard guard{mutex_};
    submitted.emplace_back(std::move(job), wait);
  }
  call_back([answer = std::move(answer), done = std::move(done)] { done(answer); });
}

void fake_service::get(job_ref ref, callback<job_ptr> done) {
  auto answer = on_get(ref);
  {
    const std::lock_guard guard{mutex_};
    asked.push_back(std::move(ref));
  }
  call_back([answer = std::move(answer), done = std::move(done)] { done(answer); });
}

void fake_service::wait(job_ref ref, std::chrono::milliseconds timeout, callback<job_ptr> done) {
  {
    const std::lock_guard guard{mutex_};
    waited.push_back(timeout);
  }
  if (has_no_room_to_wait)
    return call_back([done = std::move(done)] { done(fail(errc::capacity, "too many wait")); });
  get(std::move(ref), std::move(done));
}

void fake_service::cancel(job_ref ref, std::string, callback<job_ptr> done) {
  call_back([answer = on_cancel(ref), done = std::move(done)] { done(answer); });
}

void fake_service::list(job_query query, callback<job_page> done) {
  {
    const std::lock_guard guard{mutex_};
    listed.push_back(std::move(query));
  }
  call_back([answer = page, done = std::move(done)] { done(answer); });
}

void fake_service::health(std::function<void(engine_health)> done) {
  call_back([answer = state, done = std::move(done)] { done(answer); });
}

const std::vector<agent_info>& fake_service::agents() const noexcept {
  return configured;
}

void fake_service::call_back(std::function<void()> work) {
  if (how_ == calling::inside)
    return work();
  if (how_ == calling::never)
    return;
  {
    const std::lock_guard guard{mutex_};
    held_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void fake_service::release() {
  for (;;) {
    std::function<void()> work;
    {
      const std::lock_guard guard{mutex_};
      if (held_.empty())
        return;
      work = std::move(held_.front());
      held_.pop_front();
    }
    work();
  }
}

void fake_service::await_held(std::size_t count) {
  std::unique_lock guard{mutex_};
  if (!changed_.wait_for(guard, test::patience, [&] { return held_.size() >= count; }))
    throw std::runtime_error{"too few calls came"};
}

void fake_service::run() {
  for (;;) {
    {
      std::unique_lock guard{mutex_};
      changed_.wait(guard, [this] { return is_ending_ || !held_.empty(); });
      if (is_ending_)
        return;
    }
    release();
  }
}

} // namespace callboard::tests
