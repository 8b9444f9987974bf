#include "bench/load/load_printer.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace callboard::bench {

namespace {

/// Above this share of its threads the generator, not the server, may be what is measured.
constexpr double busy_generator = 0.9;

constexpr std::array<std::pair<const char*, double>, 5> shown_quantiles{
  {{"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1.0}}};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

std::string loop_text(const load_options& options) {
  auto pipeline = options.pipeline > 1 ? fmt::format(", {} piped", options.pipeline) : "";
  return options.rate > 0 ? fmt::format("open loop, {:.0f} requests/s", options.rate)
                          : "closed loop" + pipeline;
}

std::string failures_text(const tally& counts) {
  std::string text;
  for (std::size_t status = 0; status < tally::status_count; ++status)
    if (counts.statuses[status] > 0)
      text += fmt::format("  status {:<4} {:>12}\n", status, counts.statuses[status]);
  for (std::size_t i = 0; i < loss_count; ++i)
    if (counts.losses[i] > 0)
      text += fmt::format("  {:<11} {:>12}\n", to_string(static_cast<loss>(i)), counts.losses[i]);
  return text;
}

std::string verdict_text(const tally& counts) {
  const auto all = counts.answers() + counts.lost_requests();
  const auto fine = counts.answers() - counts.refusals();
  switch (verdict_of(counts)) {
    case verdict::all_well:
      return {};
    case verdict::some_failed:
      return fmt::format(
        "  SOME FAILED: {} of {} requests were answered with 2xx, {} jobs failed\n", fine, all,
        counts.failed_jobs());
    case verdict::nothing_worked:
      return fmt::format(
        "  NOTHING WORKED: {} of {} requests were answered with 2xx, {} jobs failed\n", fine, all,
        counts.failed_jobs());
  }
  return {};
}

} // namespace

std::string to_text(std::chrono::nanoseconds time) {
  auto count = static_cast<double>(time.count());
  if (count < 1e3)
    return fmt::format("{:.0f} ns", count);
  if (count < 1e6)
    return fmt::format("{:.1f} µs", count / 1e3);
  if (count < 1e9)
    return fmt::format("{:.2f} ms", count / 1e6);
  return fmt::format("{:.2f} s", count / 1e9);
}

std::string to_text(const load_options& options, const load_report& report) {
  const auto& counts = report.counts;
  auto text = fmt::format("{} on {}: {}, {} connections, {} thread(s), {:.2f} s\n",
                          to_string(options.kind), options.target.authority(), loop_text(options),
                          options.connections, options.threads, seconds(report.measured));
  text += fmt::format("  throughput  {:>12.0f} /s\n", report.throughput());
  // Of nothing there is no latency: 0 ns would look splendid.
  for (const auto& [name, q] : shown_quantiles)
    text += fmt::format("  {:<11} {:>12}\n", name,
                        counts.latency.count() > 0 ? to_text(counts.latency.quantile(q)) : "-");
  text += failures_text(counts);
  for (std::size_t i = 0; i < job_outcome_count; ++i)
    if (counts.jobs[i] > 0)
      text += fmt::format("  jobs {:<10} {:>8}\n", to_string(static_cast<job_outcome_seen>(i)),
                          counts.jobs[i]);
  if (counts.reconnects > 0)
    text += fmt::format("  {:<11} {:>12}\n", "reconnects", counts.reconnects);
  if (options.rate > 0)
    text += fmt::format("  {:<11} {:>12}\n", "waiting max", counts.waiting_max);
  text += fmt::format("  generator   {:>12.2f} cores\n", report.generator_cores());
  if (report.generator_cores() > busy_generator * static_cast<double>(options.threads))
    text += "  the generator was busy all the time: more --threads may show more throughput\n";
  text += verdict_text(counts);
  if (options.rate > 0)
    text += "  latency counts from the time at which each request was meant to be sent\n";
  return text;
}

nlohmann::json to_json(const load_options& options, const load_report& report) {
  const auto& counts = report.counts;
  const bool has_latency = counts.latency.count() > 0;
  const auto shown = [&](std::chrono::nanoseconds time) {
    return has_latency ? nlohmann::json(microseconds(time)) : nlohmann::json();
  };
  nlohmann::json latency{{"mean", shown(counts.latency.mean())},
                         {"min", shown(counts.latency.min())}};
  for (const auto& [name, q] : shown_quantiles)
    latency[name] = shown(counts.latency.quantile(q));
  nlohmann::json jobs = nlohmann::json::object();
  for (std::size_t i = 0; i < job_outcome_count; ++i)
    jobs[std::string{to_string(static_cast<job_outcome_seen>(i))}] = counts.jobs[i];
  nlohmann::json statuses = nlohmann::json::object();
  for (std::size_t status = 0; status < tally::status_count; ++status)
    if (counts.statuses[status] > 0)
      statuses[std::to_string(status)] = counts.statuses[status];
  nlohmann::json losses = nlohmann::json::object();
  for (std::size_t i = 0; i < loss_count; ++i)
    losses[std::string{to_string(static_cast<loss>(i))}] = counts.losses[i];
  return {{"scenario", to_string(options.kind)},
          {"target", options.target.authority()},
          {"loop", options.rate > 0 ? "open" : "closed"},
          {"ratePerSecond", options.rate},
          {"connections", options.connections},
          {"pipeline", options.pipeline},
          {"threads", options.threads},
          {"measuredSeconds", seconds(report.measured)},
          {"throughputPerSecond", report.throughput()},
          {"latencyMicroseconds", std::move(latency)},
          {"statuses", std::move(statuses)},
          {"lost", std::move(losses)},
          {"jobs", std::move(jobs)},
          {"reconnects", counts.reconnects},
          {"waitingMax", counts.waiting_max},
          {"generatorCores", report.generator_cores()}};
}

std::string to_text(const load_progress& progress) {
  return fmt::format("{:>6.1f} s {:<8} {:>10} answers {:>8} failures",
                     std::chrono::duration<double>(progress.elapsed).count(),
                     progress.is_warming_up ? "warm-up" : "measures", progress.answers,
                     progress.failures);
}

} // namespace callboard::bench
