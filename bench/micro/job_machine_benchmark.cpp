#include <memory>
#include <random>

#include <benchmark/benchmark.h>

#include "bench/job_driver.hpp"
#include "core/jobs/job_machine.hpp"
#include "core/jobs/validation.hpp"
#include "core/uuid_v7.hpp"

namespace callboard::bench {
namespace {

clock_reading now() {
  return {std::chrono::steady_clock::now(), to_system_time(std::chrono::system_clock::now())};
}

core::random_source fast_random() {
  return [state = std::make_shared<std::mt19937_64>(1)] { return (*state)(); };
}

std::shared_ptr<const job_spec> sample_spec(const core::random_source& random) {
  core::uuid_v7_sequence ids;
  auto time = now();
  uuid agent_id;
  agent_id.bytes.fill(1);
  return *core::make_spec(sample_job(std::chrono::minutes{5}), ids.next(time.wall, random),
                          agent_id, time.wall);
}

/// The rules of a whole job without any actor: created, taken, answered, completed.
void job_machine_life(benchmark::State& state) {
  auto random = fast_random();
  auto spec = sample_spec(random);
  auto time = now();
  auto answer = agent_answer::complete("echo: " + spec->content);
  for (auto _ : state) {
    auto first = core::begin(spec, time, random);
    auto task_id = first.next.record->tasks.back().id;
    auto running = core::apply(first.next, core::event::taken{task_id}, time, random);
    auto over = core::apply(running->next, core::event::answered{task_id, answer}, time, random);
    benchmark::DoNotOptimize(over);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(job_machine_life);

/// One event that changes nothing: what a late answer or an early wake-up costs.
void job_machine_idle_event(benchmark::State& state) {
  auto random = fast_random();
  auto first = core::begin(sample_spec(random), now(), random);
  auto time = now();
  for (auto _ : state)
    benchmark::DoNotOptimize(core::apply(first.next, core::event::time_passed{}, time, random));
}
BENCHMARK(job_machine_idle_event);

} // namespace
} // namespace callboard::bench
