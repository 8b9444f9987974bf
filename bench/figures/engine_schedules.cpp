#include "bench/figures/engine_schedules.hpp"

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"
#include "bench/load/histogram.hpp"

namespace callboard::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds interval{1};
/// Seconds that count, after one that does not: the last jobs are created in it.
constexpr std::size_t measured_seconds = 30;
/// Any number does: each run ends before the next one begins.
constexpr std::uint32_t slots = 64;

/// Ends each run at once, and notes how long after its time it began.
class punctuality_agent final : public agent {
public:
  void start(task_ptr task, completion done) override {
    const auto now = std::chrono::system_clock::now();
    const auto due = task->job->spec->due_at;
    {
      const std::lock_guard guard{mutex_};
      if (due >= from_ && due < from_ + seconds{measured_seconds}) {
        const auto second = static_cast<std::size_t>((due - from_) / seconds{1});
        // Times are whole milliseconds, rounded down, so up to 1 ms too much is counted.
        late_[second].record(now - due);
      }
    }
    done(agent_answer::complete(""));
  }

  void cancel(const uuid&) override {
    // nop
  }

  /// What is due from then on counts.
  void begin(system_time from) {
    const std::lock_guard guard{mutex_};
    from_ = from;
  }

  /// How late the runs of each second were.
  std::vector<histogram> lateness() const {
    const std::lock_guard guard{mutex_};
    return {late_.begin(), late_.end()};
  }

private:
  mutable std::mutex mutex_;
  system_time from_ = system_time::max() - seconds{measured_seconds};
  std::array<histogram, measured_seconds> late_;
};

schedule_definition sample_schedule(std::size_t index, const uuid& agent_id) {
  schedule_definition made;
  made.name = "job " + std::to_string(index);
  made.agent_id = agent_id;
  made.interval = interval;
  made.payload = json_text::from_valid(R"({"action":"tick"})");
  return made;
}

/// Creates the jobs at an even pace within one interval, so that equally many are due at each moment.
result<void> create_evenly(schedule_service& schedules, const uuid& agent_id, std::size_t jobs) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::future<result<scheduled_job_ptr>>> made;
  made.reserve(jobs);
  for (std::size_t i = 0; i < jobs; ++i) {
    std::this_thread::sleep_until(begin + i * std::chrono::nanoseconds{interval} / jobs);
    made.push_back(schedules.create("bench", sample_schedule(i, agent_id)));
  }
  for (auto& one : made)
    if (const auto created = one.get(); !created)
      return tl::unexpected(created.error());
  return {};
}

double milliseconds_of(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

} // namespace

result<nlohmann::json> measure_schedules(std::size_t jobs) {
  const auto runner = std::make_shared<punctuality_agent>();
  const auto binding = bind_agent("punctual", runner, slots);
  auto started = engine::start({}, make_memory_store(), {binding});
  if (!started)
    return tl::unexpected(started.error());
  if (auto made = create_evenly(started->jobs().schedules(), binding.info.id, jobs); !made)
    return tl::unexpected(made.error());
  const auto from
    = std::chrono::ceil<seconds>(std::chrono::system_clock::now() + milliseconds{1'500});
  runner->begin(std::chrono::time_point_cast<milliseconds>(from));
  // What is due at the very end may come a second late and still counts.
  std::this_thread::sleep_until(from + seconds{measured_seconds + 1});
  const auto late = runner->lateness();
  histogram all;
  for (const auto& second : late)
    all.merge(second);
  return nlohmann::json{
    {"jobs", jobs},
    {"seconds", measured_seconds},
    {"fired", all.count()},
    {"expected", jobs * measured_seconds},
    {"p50Ms", milliseconds_of(all.quantile(0.5))},
    {"p99Ms", milliseconds_of(all.quantile(0.99))},
    {"maxMs", milliseconds_of(all.max())},
    {"driftMs", milliseconds_of(late.back().quantile(0.5) - late.front().quantile(0.5))}};
}

} // namespace callboard::bench
