#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <callboard/service.hpp>

#include "tests/http/api/fake_schedules.hpp"
#include "tests/http/api/fake_sessions.hpp"

namespace callboard::tests {

/// When the fake calls back.
enum class calling {
  /// Inside the call.
  inside,
  /// From a thread of its own, one call after the other.
  elsewhere,
  /// When the test says so (`release`), from the test's thread.
  when_released,
  /// Never; the callback is destroyed at once.
  never,
};

/// A service whose answers a test sets.
class fake_service final : public service {
public:
  explicit fake_service(calling how = calling::inside);
  ~fake_service() override;

  using service::cancel;
  using service::get;
  using service::health;
  using service::list;
  using service::submit;
  using service::wait;

  void submit(new_job job, std::chrono::milliseconds wait, callback<job_ptr> done) override;
  void get(job_ref ref, callback<job_ptr> done) override;
  void wait(job_ref ref, std::chrono::milliseconds timeout, callback<job_ptr> done) override;
  void cancel(job_ref ref, std::string reason, callback<job_ptr> done) override;
  void list(job_query query, callback<job_page> done) override;
  void health(std::function<void(engine_health)> done) override;
  const std::vector<agent_info>& agents() const noexcept override;
  schedule_service& schedules() noexcept override {
    return scheduled;
  }
  session_service& sessions() noexcept override {
    return talks;
  }

  /// Runs the callbacks that wait for it (`when_released`), and those of calls made meanwhile.
  void release();

  /// Blocks until so many callbacks wait for `release`.
  void await_held(std::size_t count);

  // What calls are answered with. Set them before the first call.
  std::vector<agent_info> configured;
  fake_schedules scheduled;
  fake_sessions talks;
  std::function<result<job_ptr>(const new_job&)> on_submit;
  std::function<result<job_ptr>(const job_ref&)> on_get;
  std::function<result<job_ptr>(const job_ref&)> on_cancel;
  result<job_page> page;
  engine_health state;

  // What was asked. Look at them when no call is under way.
  std::vector<std::pair<new_job, std::chrono::milliseconds>> submitted;
  std::vector<job_ref> asked;
  std::vector<std::chrono::milliseconds> waited;
  /// Whether `wait` is refused because as many wait as may.
  bool has_no_room_to_wait = false;
  std::vector<job_query> listed;

private:
  void call_back(std::function<void()> work);
  void run();

  calling how_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> held_;
  bool is_ending_ = false;
  std::thread thread_;
};

} // namespace callboard::tests
