#include <cstdlib>
#include <iostream>
#include <semaphore>
#include <stdexcept>
#include <vector>

#include <benchmark/benchmark.h>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>

#include "bench/job_driver.hpp"

namespace callboard::bench {
namespace {

constexpr std::uint32_t echo_slots = 64;
/// Jobs per iteration: enough that filling and emptying the pipeline does not show.
constexpr std::size_t batch_jobs = 1000;
/// Lookups under way at once.
constexpr std::ptrdiff_t lookups_at_once = 64;

/// An engine with the echo agent and a memory store that holds this many finished jobs.
engine start_echo_engine(std::size_t jobs_max) {
  engine_options options;
  options.jobs_max = jobs_max;
  auto made = engine::start(options, make_memory_store(),
                            {bind_agent("echo", make_echo_agent(), echo_slots)});
  if (!made) {
    std::cerr << "no engine: " << made.error().message << '\n';
    std::abort();
  }
  return std::move(*made);
}

/// Jobs from submission to completion through all actors, many at once.
void engine_job_life(benchmark::State& state) {
  auto made = start_echo_engine(10'000);
  job_driver driver{made.jobs()};
  auto job = sample_job(std::chrono::minutes{5});
  for (auto _ : state)
    if (auto ran = driver.run_to_end(job, batch_jobs); !ran)
      state.SkipWithError(ran.error().message.c_str());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch_jobs));
}
BENCHMARK(engine_job_life)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

/// One job at a time from submission until its caller holds the completed job.
void engine_job_round_trip(benchmark::State& state) {
  auto made = start_echo_engine(10'000);
  job_driver driver{made.jobs()};
  auto job = sample_job(std::chrono::minutes{5});
  for (auto _ : state)
    if (auto ran = driver.run_to_end(job, 1); !ran)
      state.SkipWithError(ran.error().message.c_str());
}
BENCHMARK(engine_job_round_trip)->UseRealTime()->MeasureProcessCPUTime();

/// Ids of some finished jobs.
std::vector<uuid> finished_ids(engine& from, std::size_t count) {
  constexpr std::size_t page_max = 1000;
  job_driver driver{from.jobs()};
  if (auto ran = driver.run_to_end(sample_job(std::chrono::minutes{5}), count); !ran)
    throw std::runtime_error(ran.error().message);
  std::vector<uuid> ids;
  job_query query;
  query.limit = page_max;
  auto page = from.jobs().list(query).get();
  for (const auto& each : page.value().jobs)
    ids.push_back(each->spec->id);
  return ids;
}

/// `service::get` from a foreign thread, many at once; the argument is the number of jobs held.
void registry_lookup(benchmark::State& state) {
  auto held = static_cast<std::size_t>(state.range(0));
  auto made = start_echo_engine(held);
  auto ids = finished_ids(made, held);
  std::counting_semaphore<lookups_at_once> room{lookups_at_once};
  std::size_t next = 0;
  for (auto _ : state) {
    room.acquire();
    made.jobs().get({ids[next], std::nullopt, {}}, [&room](result<job_ptr> found) {
      benchmark::DoNotOptimize(found);
      room.release();
    });
    next = (next + 1) % ids.size();
  }
  for (std::ptrdiff_t i = 0; i < lookups_at_once; ++i)
    room.acquire();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(registry_lookup)->Arg(1'000)->Arg(100'000)->UseRealTime()->MeasureProcessCPUTime();

/// `service::get` that is waited for: the way there and back.
void registry_lookup_round_trip(benchmark::State& state) {
  auto made = start_echo_engine(1'000);
  auto ids = finished_ids(made, 1'000);
  for (auto _ : state)
    benchmark::DoNotOptimize(made.jobs().get({ids.front(), std::nullopt, {}}).get());
}
BENCHMARK(registry_lookup_round_trip)->UseRealTime()->MeasureProcessCPUTime();

} // namespace
} // namespace callboard::bench
