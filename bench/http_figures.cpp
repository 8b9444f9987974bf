#include "bench/http_figures.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "bench/http_client.hpp"
#include "bench/http_stage.hpp"
#include "bench/job_setup.hpp"
#include "bench/load_printer.hpp"

namespace callboard::bench {

namespace {

constexpr double quick_share = 0.1;
constexpr std::size_t quick_rounds = 1;
/// Idle time before and while the idle server is watched.
constexpr std::chrono::milliseconds settle_time{1'000};
constexpr std::chrono::milliseconds idle_time{10'000};
/// How long jobs may take to end after the load has.
constexpr std::chrono::seconds tail_limit{30};

/// One number a turn, one list a contender, and what a job or an answer cost there.
struct series {
  std::string name;
  std::vector<double> values;
  std::vector<double> cpu_us;
};

/// How a figure's turns look.
struct turn_plan {
  load_options options;
  /// Take the p50 of the latency, in microseconds, in place of the throughput.
  bool takes_latency = false;
  /// Count the server's jobs until the last has ended.
  bool waits_for_jobs = false;
};

std::chrono::milliseconds scaled(double seconds, bool is_quick) {
  auto share = is_quick ? quick_share : 1.0;
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * share * 1000)};
}

turn_plan plan_for(const figures_options& options, scenario kind, std::size_t connections) {
  turn_plan plan;
  plan.options.kind = kind;
  plan.options.connections = connections;
  plan.options.duration = scaled(options.seconds, options.is_quick);
  plan.options.warm_up = plan.options.duration / 5;
  return plan;
}

/// Answers per second, or, when jobs are waited for, jobs per second until the last one has ended.
result<double> jobs_per_second(const contender& server, const turn& taken) {
  request_set requests{server.where, {}};
  http_client client{server.where};
  auto tail = wait_until_idle(client, requests, tail_limit);
  if (!tail)
    return tl::unexpected(tail.error());
  auto counts = count_jobs(client, requests);
  if (!counts)
    return tl::unexpected(counts.error());
  if (counts->failed > 0)
    return fail(errc::unavailable, std::to_string(counts->failed) + " jobs have failed");
  auto time = std::chrono::duration<double>(taken.report.measured + *tail).count();
  return static_cast<double>(taken.report.counts.successes_in_time) / time;
}

result<void> add_turn(const contender& who, const turn_plan& plan, bool is_server, series& to) {
  auto taken = take_turn(who, plan.options);
  if (!taken)
    return tl::unexpected(taken.error());
  auto value = taken->report.throughput();
  if (plan.takes_latency) {
    auto p50 = taken->report.counts.latency.quantile(0.5);
    value = std::chrono::duration<double, std::micro>(p50).count();
  } else if (plan.waits_for_jobs && is_server) {
    auto jobs = jobs_per_second(who, *taken);
    if (!jobs)
      return tl::unexpected(jobs.error());
    value = *jobs;
  }
  to.values.push_back(value);
  to.cpu_us.push_back(std::chrono::duration<double, std::micro>(taken->cpu_per_answer).count());
  return {};
}

/// Lets the server and the yardsticks take turns. The one that begins changes from round to round, so
/// that none is always measured first. The server's series is the first one.
result<std::vector<series>> take_rounds(http_stage& stage, std::vector<contender>& yardsticks,
                                        const turn_plan& plan, std::size_t rounds,
                                        const std::string& what, const progress_sink& say) {
  std::vector<contender*> all{&stage.server()};
  for (auto& each : yardsticks)
    all.push_back(&each);
  std::vector<series> taken;
  for (auto* each : all)
    taken.push_back({each->name, {}, {}});
  // Round 0 only warms up.
  for (std::size_t round = 0; round <= rounds; ++round) {
    say(fmt::format("{}: round {} of {}", what, round, rounds));
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto at = (round + i) % all.size();
      series warm_up;
      auto& to = round == 0 ? warm_up : taken[at];
      if (auto added = add_turn(*all[at], plan, at == 0, to); !added)
        return tl::unexpected(added.error());
    }
  }
  return taken;
}

/// The yardstick that is harder to reach.
const series& harder(const std::vector<series>& taken, bool takes_latency) {
  auto by_median = [](const series& a, const series& b) {
    return spread_of(a.values).median < spread_of(b.values).median;
  };
  return takes_latency ? *std::min_element(taken.begin() + 1, taken.end(), by_median)
                       : *std::max_element(taken.begin() + 1, taken.end(), by_median);
}

void fill(figure& made, const std::vector<series>& taken, bool takes_latency,
          std::size_t answer_bytes) {
  const auto& yardstick = harder(taken, takes_latency);
  made.reached = spread_of(ratios(taken.front().values, yardstick.values));
  for (const auto& each : taken) {
    auto values = spread_of(each.values);
    auto cpu = spread_of(each.cpu_us).median;
    auto mark = &each == &yardstick ? ", the divisor" : "";
    made.details.push_back(
      takes_latency ? fmt::format("{}: p50 {} µs ({}–{}){}", each.name, to_text(values.median),
                                  to_text(values.low), to_text(values.high), mark)
                    : fmt::format("{}: {}/s ({}–{}), {} µs of processor time each{}", each.name,
                                  to_text(values.median), to_text(values.low), to_text(values.high),
                                  to_text(cpu), mark));
  }
  made.details.push_back(fmt::format("answers of {} bytes on both sides", answer_bytes));
}

result<figure> take_ratio(http_stage& stage, std::vector<contender>& yardsticks,
                          const figures_options& options, const turn_plan& plan, figure made,
                          std::size_t answer_bytes, const progress_sink& say) {
  auto rounds = options.is_quick ? quick_rounds : options.rounds;
  auto taken = take_rounds(stage, yardsticks, plan, rounds, made.name, say);
  if (!taken)
    return tl::unexpected(taken.error());
  fill(made, *taken, plan.takes_latency, answer_bytes);
  return made;
}

result<figure> take_get(http_stage& stage, const figures_options& options,
                        const progress_sink& say) {
  figure made{.key = "get", .name = "GET of a job ÷ raw RESTinio", .limit = 0.85};
  made.method = fmt::format(
    "Answers per second of GET /api/messaging/jobs/<id> over 1,000 finished jobs, {} connections, "
    "closed loop, ÷ those of RESTinio alone giving the same bytes with as many threads, in the "
    "same round; RESTinio answers inline or posted, whichever is faster.",
    options.connections);
  auto plan = plan_for(options, scenario::get, options.connections);
  return take_ratio(stage, stage.yardsticks(), options, plan, std::move(made),
                    stage.get_answer_bytes(), say);
}

result<figure> take_create(http_stage& stage, const figures_options& options,
                           const progress_sink& say) {
  figure made{.key = "create",
              .name
              = "POST with the job run to its end by the echo agent, memory store ÷ raw RESTinio",
              .limit = 0.5};
  made.method = fmt::format(
    "Jobs created by POST per second, {} connections, closed loop, the time until the last of them "
    "has completed included, ÷ POSTs per second answered by RESTinio alone with the same bytes.",
    options.connections);
  auto plan = plan_for(options, scenario::create, options.connections);
  plan.waits_for_jobs = true;
  return take_ratio(stage, stage.yardsticks(), options, plan, std::move(made),
                    stage.create_answer_bytes(), say);
}

result<figure> take_wait(http_stage& stage, const figures_options& options,
                         const progress_sink& say) {
  figure made{.key = "wait",
              .name = "Create → completed seen through waiting, one client: p50 ÷ bare round trip",
              .side = wanted::at_most,
              .limit = 4};
  made.method
    = "p50 of POST with Prefer: wait, answered when the echo agent's job has completed, one "
      "connection, ÷ p50 of the same POST to RESTinio alone giving the same bytes.";
  auto plan = plan_for(options, scenario::create_wait, 1);
  plan.takes_latency = true;
  return take_ratio(stage, stage.waiting_yardsticks(), options, plan, std::move(made),
                    stage.wait_answer_bytes(), say);
}

result<figure> take_idle(http_stage& stage, const figures_options& options,
                         const progress_sink& say) {
  figure made{.key = "idle",
              .name = "Idle server: CPU",
              .side = wanted::at_most,
              .limit = 0.5,
              .unit = "% of a core"};
  auto time = options.is_quick ? idle_time / 10 : idle_time;
  made.method
    = fmt::format("Processor time of the server's threads over {} s in which nobody asks.",
                  std::chrono::duration<double>(time).count());
  say(made.name);
  std::this_thread::sleep_for(settle_time);
  auto before = usage_of(stage.server().process.id());
  std::this_thread::sleep_for(time);
  auto after = usage_of(stage.server().process.id());
  if (!before || !after)
    return fail(errc::io, "the server is gone");
  auto share
    = std::chrono::duration<double>(after->cpu - before->cpu) / std::chrono::duration<double>(time);
  made.reached = {share * 100, share * 100, share * 100};
  made.details.push_back(
    fmt::format("{} MB resident", to_text(static_cast<double>(after->resident_bytes) / 1e6)));
  return made;
}

} // namespace

result<std::vector<figure>> take_http_figures(const figures_options& options,
                                              const progress_sink& say) {
  using taker = result<figure> (*)(http_stage&, const figures_options&, const progress_sink&);
  constexpr std::pair<const char*, taker> takers[]{
    {"get", take_get}, {"create", take_create}, {"wait", take_wait}, {"idle", take_idle}};
  std::vector<figure> taken;
  if (std::none_of(std::begin(takers), std::end(takers),
                   [&](const auto& each) { return options.wants(each.first); }))
    return taken;
  say("starting the server and the yardsticks");
  auto stage = http_stage::start(options);
  if (!stage)
    return tl::unexpected(stage.error());
  for (const auto& [key, take] : takers) {
    if (!options.wants(key))
      continue;
    auto made = take(*stage, options, say);
    if (!made)
      return tl::unexpected(made.error());
    taken.push_back(std::move(*made));
  }
  return taken;
}

} // namespace callboard::bench
