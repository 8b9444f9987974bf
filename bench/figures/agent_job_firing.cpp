#include "bench/figures/agent_job_firing.hpp"

#include <condition_variable>
#include <mutex>

#include <nlohmann/json.hpp>

#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"
#include "bench/load/histogram.hpp"

namespace callboard::bench {

namespace {

/// Until the jobs are due: longer than making them takes.
constexpr std::chrono::seconds lead{5};
/// Longer than they may be late.
constexpr std::chrono::minutes wait_limit{2};

/// Completes each task at once and notes how late it came.
class punctual_agent final : public agent {
public:
  explicit punctual_agent(std::size_t expected) : missing_{expected} {
    // nop
  }

  void start(task_ptr task, completion done) override {
    const auto late = std::chrono::system_clock::now() - task->job->spec->due_at;
    {
      const std::lock_guard guard{mutex_};
      late_.record(late);
      is_early_ |= late < late.zero();
      if (--missing_ == 0)
        changed_.notify_one();
    }
    done(agent_answer::complete("done"));
  }

  void cancel(const uuid&) override {
    // nop
  }

  result<histogram> wait_for_all() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, wait_limit, [&] { return missing_ == 0; }))
      return fail(errc::internal, std::to_string(missing_) + " jobs have not begun");
    if (is_early_)
      return fail(errc::internal, "a job began before its time");
    return late_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t missing_;
  bool is_early_ = false;
  histogram late_;
};

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

} // namespace

result<nlohmann::json> measure_firing(std::size_t jobs) {
  engine_options options;
  options.jobs_max = jobs;
  options.live_jobs_max = jobs;
  auto runner = std::make_shared<punctual_agent>(jobs);
  const auto slots = static_cast<std::uint32_t>(jobs);
  auto started
    = engine::start(options, make_memory_store(), {bind_agent("punctual", runner, slots)});
  if (!started)
    return tl::unexpected(started.error());
  auto wanted = sample_job(std::chrono::hours{1});
  wanted.kind = job_kind::agent;
  wanted.agent_job = std::make_shared<const agent_job_fields>();
  const auto now = std::chrono::system_clock::now();
  wanted.due_at = std::chrono::ceil<std::chrono::seconds>(now) + lead;
  if (auto made = job_driver{started->jobs()}.create(wanted, jobs); !made)
    return tl::unexpected(made.error());
  if (std::chrono::system_clock::now() >= *wanted.due_at)
    return fail(errc::unavailable, "making the jobs took longer than they may wait");
  const auto late = runner->wait_for_all();
  if (!late)
    return tl::unexpected(late.error());
  return nlohmann::json{{"jobs", jobs},
                        {"p50Ms", milliseconds_of(late->quantile(0.5))},
                        {"p99Ms", milliseconds_of(late->quantile(0.99))},
                        {"maxMs", milliseconds_of(late->max())}};
}

} // namespace callboard::bench
