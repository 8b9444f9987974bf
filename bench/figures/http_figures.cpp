#include "bench/figures/http_figures.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "bench/figures/http_stage.hpp"
#include "bench/figures/rounds.hpp"

namespace callboard::bench {

namespace {

/// Idle time before and while the idle server is watched.
constexpr std::chrono::milliseconds settle_time{1'000};
constexpr std::chrono::milliseconds idle_time{10'000};

/// The baseline that is harder to reach.
const series& harder(const std::vector<series>& taken, bool takes_latency) {
  auto by_median = [](const series& a, const series& b) {
    return spread_of(a.values).median < spread_of(b.values).median;
  };
  return takes_latency ? *std::min_element(taken.begin() + 1, taken.end(), by_median)
                       : *std::max_element(taken.begin() + 1, taken.end(), by_median);
}

void fill(figure& made, const std::vector<series>& taken, bool takes_latency,
          std::size_t answer_bytes) {
  const auto& baseline = harder(taken, takes_latency);
  made.reached = spread_of(ratios(taken.front().values, baseline.values));
  for (const auto& each : taken) {
    auto values = spread_of(each.values);
    auto cpu = spread_of(each.cpu_us).median;
    auto mark = &each == &baseline ? ", the divisor" : "";
    made.details.push_back(
      takes_latency ? fmt::format("{}: p50 {} µs ({}–{}){}", each.name, to_text(values.median),
                                  to_text(values.low), to_text(values.high), mark)
                    : fmt::format("{}: {}/s ({}–{}), {} µs of processor time each{}", each.name,
                                  to_text(values.median), to_text(values.low), to_text(values.high),
                                  to_text(cpu), mark));
  }
  made.details.push_back(fmt::format("answers of {} bytes on both sides", answer_bytes));
}

result<figure> take_ratio(http_stage& stage, std::vector<contender>& baselines,
                          const figures_options& options, const turn_plan& plan, figure made,
                          std::size_t answer_bytes, const progress_sink& say) {
  auto rounds = options.is_quick ? quick_rounds : options.rounds;
  std::vector<contender*> all{&stage.server()};
  for (auto& each : baselines)
    all.push_back(&each);
  auto taken = take_rounds(all, plan, rounds, made.name, say);
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
  return take_ratio(stage, stage.baselines(), options, plan, std::move(made),
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
  return take_ratio(stage, stage.baselines(), options, plan, std::move(made),
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
  return take_ratio(stage, stage.waiting_baselines(), options, plan, std::move(made),
                    stage.wait_answer_bytes(), say);
}

result<figure> take_session(http_stage& stage, const figures_options& options,
                            const progress_sink& say) {
  figure made{.key = "session",
              .name = "Message of a session, answered ÷ POST with Prefer: wait",
              .limit = 0.8};
  made.method = fmt::format(
    "Messages of sessions answered per second (transport http, one at a time in each session, "
    "memory store), {} connections, closed loop, ÷ messaging jobs answered per second by the same "
    "server through Prefer: wait.",
    options.connections);
  const auto rounds = options.is_quick ? quick_rounds : options.rounds;
  std::vector<series> taken;
  for (const auto kind : {scenario::session, scenario::create_wait}) {
    auto one = take_rounds({&stage.server()}, plan_for(options, kind, options.connections), rounds,
                           made.name, say);
    if (!one)
      return tl::unexpected(one.error());
    taken.push_back(std::move(one->front()));
    taken.back().name = to_string(kind);
  }
  made.reached = spread_of(ratios(taken[0].values, taken[1].values));
  for (const auto& each : taken)
    made.details.push_back(fmt::format("{}: {}/s, {} µs of processor time each", each.name,
                                       to_text(spread_of(each.values).median),
                                       to_text(spread_of(each.cpu_us).median)));
  return made;
}

result<figure> take_idle(http_stage& stage, const figures_options& options,
                         const progress_sink& say) {
  figure made{.key = "idle",
              .name = "Idle server: CPU",
              .side = wanted::at_most,
              .limit = 0.5,
              .unit = "% of a core"};
  auto time = options.is_quick ? idle_time / 10 : idle_time;
  made.method = fmt::format("Processor time of the server's threads over {} s without requests.",
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
  constexpr std::pair<const char*, taker> takers[]{{"get", take_get},
                                                   {"create", take_create},
                                                   {"wait", take_wait},
                                                   {"session", take_session},
                                                   {"idle", take_idle}};
  std::vector<figure> taken;
  if (std::none_of(std::begin(takers), std::end(takers),
                   [&](const auto& each) { return options.wants(each.first); }))
    return taken;
  say("starting the server and the baselines");
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
