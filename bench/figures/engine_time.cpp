#include "bench/figures/engine_time.hpp"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"
#include "bench/load/histogram.hpp"
#include "bench/load/statistics.hpp"

namespace callboard::bench {

namespace {

using std::chrono::milliseconds;

/// No live job may end while others are measured.
constexpr std::chrono::hours never{24};
/// The first deadline: after all jobs were made. The last: so late that they come at an even, low rate.
constexpr milliseconds first_deadline{5'000};
constexpr milliseconds last_deadline{15'000};
/// Callers wait so much longer than the job may take.
constexpr milliseconds wait_margin{30'000};
/// Finished jobs held besides; as many as by default.
constexpr std::size_t finished_held = 10'000;
constexpr std::size_t batches = 5;
constexpr std::uint32_t echo_slots = 64;

/// Notes how late jobs were seen to time out.
class lateness_log {
public:
  explicit lateness_log(std::size_t expected) : missing_(expected) {
  }

  void note(const result<job_ptr>& seen) {
    auto now = std::chrono::system_clock::now();
    std::lock_guard guard{mutex_};
    if (!seen)
      fault_ = seen.error();
    else if ((*seen)->state != job_state::timeout)
      fault_ = error{errc::internal, "a job ended " + std::string{to_string((*seen)->state)}};
    else // The stored time is rounded down, so up to 1 ms too much is counted.
      late_.record(now - (*seen)->spec->expires_at);
    if (--missing_ == 0)
      changed_.notify_one();
  }

  result<histogram> wait_for_all() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return missing_ == 0; });
    return fault_ ? result<histogram>{tl::unexpected(*fault_)} : late_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t missing_;
  std::optional<error> fault_;
  histogram late_;
};

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double process_cpu_ns() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

/// Job `index` of `jobs`: its deadline is one step later than that of the one before.
milliseconds deadline_of(std::size_t index, std::size_t jobs) {
  auto range = (last_deadline - first_deadline).count();
  return first_deadline
         + milliseconds{range * static_cast<std::int64_t>(index)
                        / static_cast<std::int64_t>(std::max<std::size_t>(jobs, 1))};
}

} // namespace

result<nlohmann::json> measure_deadlines(std::size_t jobs, std::size_t live) {
  engine_options options;
  options.jobs_max = jobs + live;
  options.live_jobs_max = jobs + live;
  options.waiters_max = jobs;
  auto silent = std::make_shared<silent_agent>(jobs + live);
  auto slots = static_cast<std::uint32_t>(jobs + live);
  auto started
    = engine::start(options, make_memory_store(), {bind_agent("silent", std::move(silent), slots)});
  if (!started)
    return tl::unexpected(started.error());
  auto& service = started->jobs();
  if (auto made = job_driver{service}.create(sample_job(never), live); !made)
    return tl::unexpected(made.error());
  lateness_log log{jobs};
  for (std::size_t i = 0; i < jobs; ++i) {
    auto limit = deadline_of(i, jobs);
    service.submit(sample_job(limit), limit + wait_margin,
                   [&log](result<job_ptr> seen) { log.note(seen); });
  }
  auto late = log.wait_for_all();
  if (!late)
    return tl::unexpected(late.error());
  return nlohmann::json{{"jobs", jobs},
                        {"live", live},
                        {"p50Ms", milliseconds_of(late->quantile(0.5))},
                        {"p99Ms", milliseconds_of(late->quantile(0.99))},
                        {"maxMs", milliseconds_of(late->max())}};
}

result<nlohmann::json> measure_cost(std::size_t jobs, std::size_t live) {
  engine_options options;
  options.jobs_max = live + finished_held;
  options.live_jobs_max = live + finished_held;
  auto slots = static_cast<std::uint32_t>(live);
  auto echo = bind_agent("echo", make_echo_agent(), echo_slots);
  auto silent = bind_agent("silent", std::make_shared<silent_agent>(live), slots);
  auto started = engine::start(options, make_memory_store(), {echo, silent});
  if (!started)
    return tl::unexpected(started.error());
  job_driver driver{started->jobs()};
  auto live_job = sample_job(never);
  live_job.agent_id = silent.info.id;
  if (auto made = driver.create(live_job, live); !made)
    return tl::unexpected(made.error());
  auto job = sample_job(std::chrono::minutes{5});
  // Until as many finished jobs are held as may be: from then on each new one drops an old one.
  if (auto made = driver.run_to_end(job, 2 * finished_held); !made)
    return tl::unexpected(made.error());
  std::vector<double> cpu;
  std::vector<double> wall;
  auto batch = std::max<std::size_t>(jobs / batches, 1);
  for (std::size_t i = 0; i < batches; ++i) {
    auto cpu_before = process_cpu_ns();
    auto before = std::chrono::steady_clock::now();
    if (auto made = driver.run_to_end(job, batch); !made)
      return tl::unexpected(made.error());
    auto took = std::chrono::steady_clock::now() - before;
    cpu.push_back((process_cpu_ns() - cpu_before) / static_cast<double>(batch));
    wall.push_back(std::chrono::duration<double, std::nano>(took).count()
                   / static_cast<double>(batch));
  }
  return nlohmann::json{{"jobs", jobs},
                        {"live", live},
                        {"cpuNanosecondsPerJob", spread_of(cpu).median},
                        {"wallNanosecondsPerJob", spread_of(wall).median}};
}

} // namespace callboard::bench
