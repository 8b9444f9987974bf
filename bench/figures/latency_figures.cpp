#include "bench/figures/latency_figures.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "bench/figures/http_stage.hpp"
#include "bench/figures/latency_plot.hpp"
#include "bench/figures/rounds.hpp"

namespace callboard::bench {

namespace {

/// So many connections keep commits full; an open loop may have as many requests under way.
constexpr std::size_t connections = 64;
constexpr std::array shares{0.5, 0.8};
/// Long enough for a p99.9 that is of hundreds of requests.
constexpr int load_factor = 3;

/// What is asked of which server.
struct subject {
  std::string name;
  scenario kind;
  std::string store;
  std::string sync;
};

const std::array<subject, 3>& subjects() {
  static const std::array<subject, 3> all{{
    {"GET, memory store", scenario::get, "memory:", "full"},
    {"POST, memory store", scenario::create, "memory:", "full"},
    {"POST, SQLite with storeSync full", scenario::create, "sqlite:jobs.db", "full"},
  }};
  return all;
}

double to_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

result<void> write_plot(const std::string& directory, const subject& of,
                        const std::vector<latency_curve>& curves) {
  if (directory.empty())
    return {};
  const auto file
    = fmt::format("latency-{}{}.svg", to_string(of.kind), of.store == "memory:" ? "" : "-sqlite");
  const auto path = std::filesystem::path{directory} / file;
  std::ofstream image{path};
  image << plot_latency(of.name + ": latency at fixed rates", curves);
  image.close();
  return image ? result<void>{} : fail(errc::io, "cannot write " + path.string());
}

/// Adds a line for each rate. Returns the p99 at the higher one.
result<double> take_subject(const subject& of, const figures_options& options, figure& to,
                            const progress_sink& say) {
  temp_directory directory;
  auto server = start_server(options, "latency", of.store, of.sync, directory.path());
  if (!server)
    return tl::unexpected(server.error());
  auto plan = plan_for(options, of.kind, connections).options;
  say(of.name + ": the highest rate");
  const auto closed = take_turn(*server, plan);
  if (!closed)
    return tl::unexpected(closed.error());
  const auto highest = closed->report.throughput();
  plan.duration *= load_factor;
  std::vector<latency_curve> curves;
  double p99 = 0;
  for (const auto share : shares) {
    plan.rate = highest * share;
    say(fmt::format("{}: {:.0f} % of it", of.name, share * 100));
    const auto taken = take_turn(*server, plan);
    if (!taken)
      return tl::unexpected(taken.error());
    const auto& latency = taken->report.counts.latency;
    p99 = to_ms(latency.quantile(0.99));
    to.details.push_back(fmt::format(
      "{}, {:.0f} % of {}/s: p50 {} ms, p99 {} ms, p99.9 {} ms, max {} ms of {} requests", of.name,
      share * 100, to_text(highest), to_text(to_ms(latency.quantile(0.5))), to_text(p99),
      to_text(to_ms(latency.quantile(0.999))), to_text(to_ms(latency.max())), latency.count()));
    curves.push_back(
      {fmt::format("{:.0f} % of the highest rate: {}/s", share * 100, to_text(plan.rate)),
       latency});
  }
  if (auto written = write_plot(options.plot_directory, of, curves); !written)
    return tl::unexpected(written.error());
  return p99;
}

} // namespace

result<std::vector<figure>> take_latency_figures(const figures_options& options,
                                                 const progress_sink& say) {
  if (!options.wants("latency"))
    return std::vector<figure>{};
  figure made{.key = "latency",
              .name
              = "Latency of POST at 80 % of the highest rate, SQLite with storeSync full: p99",
              .side = wanted::shown,
              .unit = "ms"};
  made.method = fmt::format(
    "Requests are sent when their time has come, whatever the server does (open loop), over {} "
    "connections, at a share of the rate that as many clients reach who wait for their answers; "
    "counted from when a request was meant to be sent to the end of its answer.",
    connections);
  for (const auto& each : subjects()) {
    const auto p99 = take_subject(each, options, made, say);
    if (!p99)
      return tl::unexpected(p99.error());
    made.reached = {*p99, *p99, *p99}; // the last one's
  }
  return std::vector{std::move(made)};
}

} // namespace callboard::bench
