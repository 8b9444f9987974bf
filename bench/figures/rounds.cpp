#include "bench/figures/rounds.hpp"

#include <utility>

#include <fmt/format.h>

#include "bench/load/http_client.hpp"
#include "bench/load/job_setup.hpp"

namespace callboard::bench {

namespace {

constexpr double quick_share = 0.1;
/// How long jobs may take to end after the load has.
constexpr std::chrono::seconds tail_limit{30};

std::chrono::milliseconds scaled(double seconds, bool is_quick) {
  auto share = is_quick ? quick_share : 1.0;
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * share * 1000)};
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

result<void> add_turn(const contender& who, const turn_plan& plan, series& to) {
  auto taken = take_turn(who, plan.options);
  if (!taken)
    return tl::unexpected(taken.error());
  auto value = taken->report.throughput();
  if (plan.takes_latency) {
    auto p50 = taken->report.counts.latency.quantile(0.5);
    value = std::chrono::duration<double, std::micro>(p50).count();
  } else if (plan.waits_for_jobs && who.runs_jobs) {
    auto jobs = jobs_per_second(who, *taken);
    if (!jobs)
      return tl::unexpected(jobs.error());
    value = *jobs;
  }
  to.values.push_back(value);
  to.cpu_us.push_back(std::chrono::duration<double, std::micro>(taken->cpu_per_answer).count());
  return {};
}

} // namespace

turn_plan plan_for(const figures_options& options, scenario kind, std::size_t connections) {
  turn_plan plan;
  plan.options.kind = kind;
  plan.options.connections = connections;
  plan.options.duration = scaled(options.seconds, options.is_quick);
  plan.options.warm_up = plan.options.duration / 5;
  return plan;
}

result<std::vector<series>> take_rounds(const std::vector<contender*>& all, const turn_plan& plan,
                                        std::size_t rounds, const std::string& what,
                                        const progress_sink& say) {
  std::vector<series> taken;
  for (const auto* each : all)
    taken.push_back({each->name, {}, {}});
  // Round 0 only warms up.
  for (std::size_t round = 0; round <= rounds; ++round) {
    say(fmt::format("{}: round {} of {}", what, round, rounds));
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto at = (round + i) % all.size();
      series warm_up;
      auto& to = round == 0 ? warm_up : taken[at];
      if (auto added = add_turn(*all[at], plan, to); !added)
        return tl::unexpected(added.error());
    }
  }
  return taken;
}

} // namespace callboard::bench
