#include "bench/figures/engine_memory.hpp"

#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"
#include "bench/load/process.hpp"

namespace callboard::bench {

namespace {

/// The longest limit that the Messaging Jobs API takes.
constexpr std::chrono::minutes time_limit{5};
/// Jobs before the first look at the memory: code, stacks and the allocator's arenas are in place.
constexpr std::size_t warm_up_jobs = 1000;
constexpr std::chrono::milliseconds poll_interval{5};
constexpr std::uint32_t echo_slots = 64;

result<engine> start_engine(std::size_t jobs_max, std::vector<agent_binding> agents) {
  engine_options options;
  options.jobs_max = jobs_max;
  options.live_jobs_max = jobs_max;
  return engine::start(options, make_memory_store(), std::move(agents));
}

/// Waits until this many jobs are live and all slots of the agent are taken.
void wait_until_settled(service& jobs, std::size_t live, std::size_t processing) {
  while (true) {
    auto health = jobs.health().get();
    if (health.live >= live
        && health.messages[static_cast<std::size_t>(job_state::processing)] >= processing)
      return;
    std::this_thread::sleep_for(poll_interval);
  }
}

result<std::size_t> texts_of_newest(service& jobs) {
  job_query newest;
  newest.limit = 1;
  auto page = jobs.list(newest).get();
  if (!page)
    return tl::unexpected(page.error());
  if (page->jobs.empty())
    return fail(errc::internal, "no job is listed");
  return text_bytes(*page->jobs.front());
}

double growth(std::size_t before, std::size_t after, std::size_t jobs) {
  return (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(jobs);
}

result<nlohmann::json> per_job(const memory_usage& before, const memory_usage& after,
                               std::size_t jobs, service& held) {
  auto texts = texts_of_newest(held);
  if (!texts)
    return tl::unexpected(texts.error());
  auto own = static_cast<double>(*texts);
  auto bytes = growth(before.resident_bytes, after.resident_bytes, jobs);
  auto allocated = growth(before.allocated_bytes, after.allocated_bytes, jobs);
  return nlohmann::json{{"jobs", jobs},
                        {"bytesPerJob", bytes},
                        {"textBytesPerJob", *texts},
                        {"overheadBytesPerJob", bytes - own},
                        {"allocatedOverheadBytesPerJob", allocated - own}};
}

} // namespace

result<nlohmann::json> measure_live_jobs(std::size_t jobs, std::uint32_t slots) {
  auto all = jobs + warm_up_jobs;
  auto started
    = start_engine(all, {bind_agent("silent", std::make_shared<silent_agent>(all), slots)});
  if (!started)
    return tl::unexpected(started.error());
  auto& service = started->jobs();
  job_driver driver{service};
  auto job = sample_job(time_limit);
  if (auto made = driver.create(job, warm_up_jobs); !made)
    return tl::unexpected(made.error());
  wait_until_settled(service, warm_up_jobs, std::min<std::size_t>(slots, warm_up_jobs));
  auto before = own_memory();
  if (auto made = driver.create(job, jobs); !made)
    return tl::unexpected(made.error());
  wait_until_settled(service, all, std::min<std::size_t>(slots, all));
  return per_job(before, own_memory(), jobs, service);
}

result<nlohmann::json> measure_finished_jobs(std::size_t jobs) {
  auto started
    = start_engine(jobs + warm_up_jobs, {bind_agent("echo", make_echo_agent(), echo_slots)});
  if (!started)
    return tl::unexpected(started.error());
  job_driver driver{started->jobs()};
  auto job = sample_job(time_limit);
  if (auto made = driver.run_to_end(job, warm_up_jobs); !made)
    return tl::unexpected(made.error());
  auto before = own_memory();
  if (auto made = driver.run_to_end(job, jobs); !made)
    return tl::unexpected(made.error());
  return per_job(before, own_memory(), jobs, started->jobs());
}

result<nlohmann::json> measure_dropped_jobs(std::size_t jobs) {
  const engine_options defaults;
  auto held = defaults.jobs_max;
  auto started = start_engine(held, {bind_agent("echo", make_echo_agent(), echo_slots)});
  if (!started)
    return tl::unexpected(started.error());
  job_driver driver{started->jobs()};
  auto job = sample_job(time_limit);
  // Twice what is held, so that dropping has begun before the first look.
  if (auto made = driver.run_to_end(job, 2 * held); !made)
    return tl::unexpected(made.error());
  auto before = own_memory().resident_bytes;
  if (auto made = driver.run_to_end(job, jobs); !made)
    return tl::unexpected(made.error());
  auto after = own_memory().resident_bytes;
  return nlohmann::json{{"jobs", jobs},
                        {"held", held},
                        {"bytesBefore", before},
                        {"bytesAfter", after},
                        {"ratio", static_cast<double>(after) / static_cast<double>(before)}};
}

} // namespace callboard::bench
