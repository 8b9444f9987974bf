#include "bench/figures/engine_runs.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <nlohmann/json.hpp>

#include "bench/figures/agent_job_firing.hpp"
#include "bench/figures/agent_job_lists.hpp"
#include "bench/figures/engine_memory.hpp"
#include "bench/figures/engine_schedules.hpp"
#include "bench/figures/engine_store.hpp"
#include "bench/figures/engine_time.hpp"

namespace callboard::bench {

namespace {

/// A run and the numbers that the documented figure asks for.
struct engine_run {
  std::size_t jobs;
  std::size_t live;
  std::function<result<nlohmann::json>(std::size_t jobs, std::size_t live)> measure;
};

const std::map<std::string, engine_run>& engine_runs() {
  static const std::map<std::string, engine_run> runs{
    {"live-at-agent",
     {100'000, 0,
      [](auto jobs, auto) {
        return measure_live_jobs(jobs, std::numeric_limits<std::uint32_t>::max());
      }}},
    {"live-waiting", {100'000, 0, [](auto jobs, auto) { return measure_live_jobs(jobs, 1); }}},
    {"finished", {100'000, 0, [](auto jobs, auto) { return measure_finished_jobs(jobs); }}},
    {"dropped", {1'000'000, 0, [](auto jobs, auto) { return measure_dropped_jobs(jobs); }}},
    {"deadlines", {10'000, 100'000, measure_deadlines}},
    {"firing", {10'000, 0, [](auto jobs, auto) { return measure_firing(jobs); }}},
    {"lists", {1'000'000, 0, [](auto jobs, auto) { return measure_lists(jobs); }}},
    {"cost", {100'000, 1'000, measure_cost}},
    {"schedules", {10'000, 0, [](auto jobs, auto) { return measure_schedules(jobs); }}},
    {"commits", {50'000, 0, [](auto jobs, auto) { return measure_commits(jobs); }}}};
  return runs;
}

} // namespace

const std::vector<std::string>& engine_run_names() {
  static const auto names = [] {
    std::vector<std::string> made;
    for (const auto& [name, run] : engine_runs())
      made.push_back(name);
    return made;
  }();
  return names;
}

result<nlohmann::json> run_engine(const engine_run_options& options) {
  auto found = engine_runs().find(options.name);
  if (found == engine_runs().end())
    return fail(errc::invalid_argument, "no engine run is called " + options.name);
  const auto& run = found->second;
  return run.measure(options.jobs > 0 ? options.jobs : run.jobs,
                     options.live > 0 ? options.live : run.live);
}

} // namespace callboard::bench
