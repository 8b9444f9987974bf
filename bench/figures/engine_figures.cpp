#include "bench/figures/engine_figures.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

#include "bench/figures/figure_takers.hpp"
#include "bench/figures/http_stage.hpp"
#include "bench/load/process.hpp"

namespace callboard::bench {

namespace {

/// Longer than the longest run takes on a slow machine.
constexpr std::chrono::minutes run_limit{15};
constexpr std::size_t quick_divisor = 10;
/// Jobs measured, as the figures say; a tenth of them when it has to be quick.
constexpr std::size_t memory_jobs = 100'000;
constexpr std::size_t dropped_jobs = 1'000'000;
constexpr std::size_t deadline_jobs = 10'000;
constexpr std::size_t deadline_live = 100'000;
constexpr std::size_t scheduled_jobs = 10'000;
constexpr std::size_t cost_jobs = 100'000;
constexpr std::size_t cost_live[]{1'000, 10'000, 100'000, 1'000'000};

spread once(double value) {
  return {value, value, value};
}

/// Bytes of a job beyond its texts: the worse of some runs.
result<figure> take_bytes(const figures_options& options, figure made,
                          const std::vector<std::pair<std::string, std::string>>& runs,
                          const progress_sink& say) {
  double most = 0;
  for (const auto& [name, title] : runs) {
    auto shown = run_apart(options, name, memory_jobs, 0, say);
    if (!shown)
      return tl::unexpected(shown.error());
    auto overhead = shown->at("overheadBytesPerJob").get<double>();
    most = std::max(most, overhead);
    made.details.push_back(
      fmt::format("{}: {} bytes over {} jobs ({} by the allocator's count of blocks), beside {} "
                  "bytes of texts each",
                  title, to_text(overhead), shown->at("jobs").get<std::size_t>(),
                  to_text(shown->at("allocatedOverheadBytesPerJob").get<double>()),
                  shown->at("textBytesPerJob").get<std::size_t>()));
  }
  made.reached = once(most);
  return made;
}

result<figure> take_live(const figures_options& options, const progress_sink& say) {
  figure made{.key = "live",
              .name = "Live job: bytes per job beyond its own texts, timer included",
              .side = wanted::at_most,
              .limit = 1200,
              .unit = "bytes"};
  made.method = "Growth of the process's own memory (RssAnon, free memory given back first) over "
                "100,000 jobs "
                "with five-minute limits that a silent agent holds, divided by their number, minus "
                "the bytes of "
                "content, user and organisation. Engine and memory store in one process, no HTTP. "
                "The store's "
                "entry and the deadline's timer are in it. The worse of the two counts.";
  return take_bytes(options, std::move(made),
                    {{"live-at-agent", "all at the agent"},
                     {"live-waiting", "one at the agent, the others waiting for its slot"}},
                    say);
}

result<figure> take_finished(const figures_options& options, const progress_sink& say) {
  figure made{.key = "finished",
              .name = "Finished job held: bytes beyond its texts",
              .side = wanted::at_most,
              .limit = 600,
              .unit = "bytes"};
  made.method
    = "The same over 100,000 jobs that the echo agent has completed and that are still held; "
      "the result counts as text, too.";
  return take_bytes(options, std::move(made), {{"finished", "completed"}}, say);
}

result<figure> take_dropped(const figures_options& options, const progress_sink& say) {
  figure made{.key = "dropped",
              .name
              = "Memory after 1 M jobs with five-minute timeouts have finished and been dropped "
                "÷ memory before",
              .side = wanted::at_most,
              .limit = 1.1};
  made.method
    = "Own memory of the process after 1,000,000 jobs completed by the echo agent ÷ that before "
      "them; at both times as many finished jobs are held as by default (10,000), each new "
      "one drops the oldest. Engine and memory store in one process.";
  auto shown = run_apart(options, "dropped", dropped_jobs, 0, say);
  if (!shown)
    return tl::unexpected(shown.error());
  made.reached = once(shown->at("ratio").get<double>());
  made.details.push_back(fmt::format(
    "{} MB before, {} MB after {} jobs", to_text(shown->at("bytesBefore").get<double>() / 1e6),
    to_text(shown->at("bytesAfter").get<double>() / 1e6), shown->at("jobs").get<std::size_t>()));
  return made;
}

result<figure> take_deadlines(const figures_options& options, const progress_sink& say) {
  figure made{.key = "deadlines",
              .name = "A deadline fires after its time: p99 with 100,000 live jobs, idle otherwise",
              .side = wanted::at_most,
              .limit = 20,
              .unit = "ms"};
  made.method
    = "From a job's expiry time to the moment when a caller that waits for the job hears that it "
      "has "
      "timed out, for 10,000 jobs whose deadlines pass evenly within 10 s, while 100,000 "
      "others are live. Expiry times are stored in whole milliseconds, rounded down: up to "
      "1 ms of what is shown is that.";
  auto shown = run_apart(options, "deadlines", deadline_jobs, deadline_live, say);
  if (!shown)
    return tl::unexpected(shown.error());
  made.reached = once(shown->at("p99Ms").get<double>());
  made.details.push_back(fmt::format(
    "p50 {} ms, p99 {} ms, max {} ms over {} deadlines, {} others live",
    to_text(shown->at("p50Ms").get<double>()), to_text(shown->at("p99Ms").get<double>()),
    to_text(shown->at("maxMs").get<double>()), shown->at("jobs").get<std::size_t>(),
    shown->at("live").get<std::size_t>()));
  return made;
}

result<figure> take_schedules(const figures_options& options, const progress_sink& say) {
  figure made{.key = "schedules",
              .name = "10,000 scheduled jobs at one second each: a run starts after its time: p99",
              .side = wanted::at_most,
              .limit = 50,
              .unit = "ms"};
  made.method
    = "From the time a run is due to the moment when its agent gets it, over 30 s in which 10,000 "
      "jobs with an interval of one second, evenly spread over it, fire 10,000 times a second; "
      "each run is ended at once. Engine and memory store in one process. Drift is by how much the "
      "median of the last second is above that of the first. Times are whole milliseconds, "
      "rounded down: up to 1 ms of what is shown is that.";
  auto shown = run_apart(options, "schedules", scheduled_jobs, 0, say);
  if (!shown)
    return tl::unexpected(shown.error());
  made.reached = once(shown->at("p99Ms").get<double>());
  made.details.push_back(fmt::format(
    "p50 {} ms, p99 {} ms, max {} ms; drift {} ms; {} of {} times fired within {} s",
    to_text(shown->at("p50Ms").get<double>()), to_text(shown->at("p99Ms").get<double>()),
    to_text(shown->at("maxMs").get<double>()), to_text(shown->at("driftMs").get<double>()),
    shown->at("fired").get<std::size_t>(), shown->at("expected").get<std::size_t>(),
    shown->at("seconds").get<std::size_t>()));
  return made;
}

result<figure> take_cost(const figures_options& options, const progress_sink& say) {
  figure made{.key = "cost",
              .name = "Cost per job from 1,000 to 1,000,000 live jobs: highest ÷ lowest",
              .side = wanted::at_most,
              .limit = 1.2};
  made.method
    = "Processor time per job from its creation to its end at the echo agent, 100,000 jobs in five "
      "batches (median), while that many others are live at a silent agent; each number of live "
      "jobs in a process of its own. Flat within 20 % is wanted.";
  std::vector<double> costs;
  for (auto live : cost_live) {
    auto shown = run_apart(options, "cost", cost_jobs, live, say);
    if (!shown)
      return tl::unexpected(shown.error());
    costs.push_back(shown->at("cpuNanosecondsPerJob").get<double>());
    made.details.push_back(
      fmt::format("{} live: {} µs of processor time, {} µs of time",
                  shown->at("live").get<std::size_t>(), to_text(costs.back() / 1000),
                  to_text(shown->at("wallNanosecondsPerJob").get<double>() / 1000)));
  }
  auto all = spread_of(costs);
  made.reached = once(all.high / all.low);
  return made;
}

} // namespace

result<nlohmann::json> run_apart(const figures_options& options, const std::string& name,
                                 std::size_t jobs, std::size_t live, const progress_sink& say) {
  auto divisor = options.is_quick ? quick_divisor : 1;
  jobs = std::max<std::size_t>(jobs / divisor, 1);
  live = live > 0 ? std::max<std::size_t>(live / divisor, 1) : 0;
  say(fmt::format("engine {}: {} jobs, {} others live", name, jobs, live));
  temp_directory directory;
  auto child = child_process::start({program_path("", "callboard-bench"), "engine", name, "--jobs",
                                     std::to_string(jobs), "--live", std::to_string(live)},
                                    directory.path(), "output");
  if (!child)
    return tl::unexpected(child.error());
  if (auto ended = child->wait(run_limit); !ended)
    return tl::unexpected(ended.error());
  return parse_json(child->output());
}

result<std::vector<figure>> take_engine_figures(const figures_options& options,
                                                const progress_sink& say) {
  static const figure_taker takers[]{{"live", take_live},           {"finished", take_finished},
                                     {"dropped", take_dropped},     {"deadlines", take_deadlines},
                                     {"schedules", take_schedules}, {"cost", take_cost}};
  return take_wanted(takers, options, say);
}

} // namespace callboard::bench
