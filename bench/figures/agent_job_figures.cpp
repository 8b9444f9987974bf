#include "bench/figures/agent_job_figures.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/figures/engine_figures.hpp"
#include "bench/figures/figure_takers.hpp"
#include "bench/figures/rounds.hpp"

namespace callboard::bench {

namespace {

/// Where a server without a configured key keeps its own, in its working directory.
constexpr auto development_key_file = "var/dev-key";
/// Fewer than other ratios get: both sides are the same program.
constexpr std::size_t create_rounds = 3;
constexpr std::size_t listed_jobs = 1'000'000;
constexpr std::size_t fired_jobs = 10'000;

result<std::string> development_key(const std::filesystem::path& directory) {
  std::ifstream file{directory / development_key_file};
  std::string key;
  if (!(file >> key))
    return fail(errc::io, "the server has made no key of its own");
  return key;
}

result<figure> take_create(const figures_options& options, const progress_sink& say) {
  figure made{.key = "agent-create",
              .name = "POST of an agent job ÷ POST of a message, memory store",
              .limit = 0.5};
  made.method = fmt::format(
    "Creations answered per second, {} connections, closed loop, both by the same server in turns. "
    "The "
    "echo agent runs all of them meanwhile. An agent job has a key to be checked, a job type and a "
    "template to be rendered.",
    options.connections);
  temp_directory directory;
  const auto server = start_server(options, "agent-jobs", "memory:", "full", directory.path());
  if (!server)
    return tl::unexpected(server.error());
  auto key = development_key(directory.path());
  if (!key)
    return tl::unexpected(key.error());
  const auto messages = plan_for(options, scenario::create, options.connections).options;
  auto with_key = messages;
  with_key.requests.job_type_id = bench_job_type;
  with_key.requests.key = *std::move(key);
  const auto agent_jobs = std::move(with_key);
  std::vector<double> of_messages;
  std::vector<double> of_agent_jobs;
  const auto rounds = options.is_quick ? quick_rounds : create_rounds;
  for (std::size_t round = 0; round <= rounds; ++round) {
    say(fmt::format("{}: round {} of {}", made.name, round, rounds));
    for (const auto* load : {&messages, &agent_jobs}) {
      const auto taken = take_turn(*server, *load);
      if (!taken)
        return tl::unexpected(taken.error());
      if (round > 0)
        (load == &messages ? of_messages : of_agent_jobs).push_back(taken->report.throughput());
    }
  }
  made.reached = spread_of(ratios(of_agent_jobs, of_messages));
  for (const auto& [name, values] :
       {std::pair{"agent jobs", &of_agent_jobs}, std::pair{"messages", &of_messages}}) {
    const auto rate = spread_of(*values);
    made.details.push_back(fmt::format("{}: {}/s ({}–{})", name, to_text(rate.median),
                                       to_text(rate.low), to_text(rate.high)));
  }
  return made;
}

result<figure> take_lists(const figures_options& options, const progress_sink& say) {
  figure made{.key = "agent-lists",
              .name = "A filtered page of 50 of 1,000,000 stored agent jobs: slowest p50",
              .side = wanted::at_most,
              .limit = 5,
              .unit = "ms"};
  made.method
    = "SQLite store alone, in a process of its own, one caller; each list is asked for 100 times, "
      "with "
      "the number of all that match and the counts by state. 5 types, 200 channels, 10 large and "
      "1,000 "
      "small tags, most jobs over; filled in bulk, the same file at all sizes. The figure is the "
      "list "
      "that takes longest; a list right after the start, which waits for the column index, is "
      "named "
      "apart.";
  const auto shown = run_apart(options, "lists", listed_jobs, 0, say);
  if (!shown)
    return tl::unexpected(shown.error());
  for (const auto& size : shown->at("sizes")) {
    double slowest = 0;
    const auto stored = size.at("stored").get<double>();
    made.details.push_back(fmt::format("{} stored: the first list {} ms", to_text(stored),
                                       to_text(size.at("firstMs").get<double>())));
    for (const auto& list : size.at("lists")) {
      const auto p50 = list.at("p50Ms").get<double>();
      slowest = std::max(slowest, p50);
      made.details.push_back(fmt::format("{} stored, {}: p50 {} ms, p99 {} ms, {} match",
                                         to_text(stored), list.at("name").get<std::string>(),
                                         to_text(p50), to_text(list.at("p99Ms").get<double>()),
                                         to_text(list.at("matching").get<double>())));
    }
    made.reached = {slowest, slowest, slowest};
  }
  return made;
}

result<figure> take_firing(const figures_options& options, const progress_sink& say) {
  figure made{.key = "firing",
              .name = "10,000 agent jobs scheduled for the same second: p99 of how late they begin",
              .side = wanted::at_most,
              .limit = 500,
              .unit = "ms"};
  made.method = "From the second for which they are scheduled to the moment at which the agent, "
                "which has a slot "
                "for each, is given the job. Engine and memory store in one process; what is shown "
                "is mostly the "
                "time that 10,000 beginnings take.";
  const auto shown = run_apart(options, "firing", fired_jobs, 0, say);
  if (!shown)
    return tl::unexpected(shown.error());
  const auto p99 = shown->at("p99Ms").get<double>();
  made.reached = {p99, p99, p99};
  made.details.push_back(fmt::format(
    "p50 {} ms, p99 {} ms, max {} ms over {} jobs", to_text(shown->at("p50Ms").get<double>()),
    to_text(p99), to_text(shown->at("maxMs").get<double>()), shown->at("jobs").get<std::size_t>()));
  return made;
}

} // namespace

result<std::vector<figure>> take_agent_job_figures(const figures_options& options,
                                                   const progress_sink& say) {
  static const figure_taker takers[]{
    {"agent-create", take_create}, {"agent-lists", take_lists}, {"firing", take_firing}};
  return take_wanted(takers, options, say);
}

} // namespace callboard::bench
