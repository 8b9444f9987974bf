#include "bench/figures/soak.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/figures/figure.hpp"
#include "bench/figures/http_stage.hpp"
#include "bench/machine.hpp"

namespace callboard::bench {

namespace {

constexpr std::chrono::seconds probe_duration{5};
/// Rows of the table at the end, whatever the duration.
constexpr std::size_t rows_max = 12;
/// The first third is for caches and free lists to fill.
constexpr std::size_t parts = 3;
constexpr const char* database = "soak.db";

/// What one look has shown.
struct sample {
  std::chrono::seconds at{0};
  double resident_mb = 0;
  double file_mb = 0;
  double log_mb = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  std::uint64_t requests = 0;
};

double to_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double size_mb(const std::filesystem::path& file) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(file, none);
  return none ? 0 : static_cast<double>(bytes) / 1e6;
}

result<sample> look_at(const contender& server, const std::filesystem::path& directory,
                       const turn& taken, std::chrono::seconds at) {
  const auto usage = usage_of(server.process.id());
  if (!usage)
    return tl::unexpected(usage.error());
  const auto& latency = taken.report.counts.latency;
  return sample{at,
                static_cast<double>(usage->resident_bytes) / 1e6,
                size_mb(directory / database),
                size_mb(directory / (fmt::format("{}-wal", database))),
                to_ms(latency.quantile(0.5)),
                to_ms(latency.quantile(0.99)),
                to_ms(latency.quantile(0.999)),
                latency.count()};
}

std::string to_line(const sample& seen) {
  return fmt::format("{} min: {} requests, {} MB resident, database {} MB and log {} MB, "
                     "p50 {} ms, p99 {} ms, p99.9 {} ms",
                     to_text(static_cast<double>(seen.at.count()) / 60), seen.requests,
                     to_text(seen.resident_mb), to_text(seen.file_mb), to_text(seen.log_mb),
                     to_text(seen.p50_ms), to_text(seen.p99_ms), to_text(seen.p999_ms));
}

std::string to_row(const sample& seen) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n",
                     to_text(static_cast<double>(seen.at.count()) / 60), to_text(seen.resident_mb),
                     to_text(seen.file_mb), to_text(seen.log_mb), to_text(seen.p50_ms),
                     to_text(seen.p99_ms), to_text(seen.p999_ms));
}

/// The median of a value in the last third ÷ that in the second.
double growth(const std::vector<sample>& all, double sample::*value) {
  const auto part = all.size() / parts;
  if (part == 0)
    return 0;
  const auto median_from = [&](std::size_t first) {
    std::vector<double> values;
    for (std::size_t i = first; i < first + part; ++i)
      values.push_back(all[i].*value);
    return spread_of(values).median;
  };
  const auto before = median_from(all.size() - 2 * part);
  return before > 0 ? median_from(all.size() - part) / before : 0;
}

std::string to_table(const std::vector<sample>& all) {
  std::string text = "| minutes | resident, MB | database, MB | log, MB | p50, ms | p99, ms | "
                     "p99.9, ms |\n|---|---|---|---|---|---|---|\n";
  const auto step = (all.size() + rows_max - 1) / rows_max;
  for (std::size_t i = step - 1; i < all.size(); i += step)
    text += to_row(all[i]);
  text += fmt::format("\nLast third ÷ second third: resident memory {}, database {}, p50 {}, p99 "
                      "{}.\n",
                      to_text(growth(all, &sample::resident_mb)),
                      to_text(growth(all, &sample::file_mb)), to_text(growth(all, &sample::p50_ms)),
                      to_text(growth(all, &sample::p99_ms)));
  return text;
}

nlohmann::json to_json(const std::vector<sample>& all, double rate) {
  auto list = nlohmann::json::array();
  for (const auto& each : all)
    list.push_back({{"seconds", each.at.count()},
                    {"requests", each.requests},
                    {"residentMB", each.resident_mb},
                    {"databaseMB", each.file_mb},
                    {"logMB", each.log_mb},
                    {"p50Ms", each.p50_ms},
                    {"p99Ms", each.p99_ms},
                    {"p999Ms", each.p999_ms}});
  return {{"conditions", describe_conditions()}, {"rate", rate}, {"samples", std::move(list)}};
}

/// Loads interval by interval.
result<std::vector<sample>> take_samples(const soak_options& options, const contender& server,
                                         const std::filesystem::path& directory, double rate,
                                         const progress_sink& say) {
  load_options load;
  load.kind = scenario::create;
  load.connections = options.connections;
  load.rate = rate;
  load.warm_up = std::chrono::milliseconds{0};
  load.duration = options.interval;
  std::vector<sample> all;
  for (auto at = options.interval; at <= options.duration; at += options.interval) {
    const auto taken = take_turn(server, load);
    if (!taken)
      return tl::unexpected(taken.error());
    const auto seen = look_at(server, directory, *taken, at);
    if (!seen)
      return tl::unexpected(seen.error());
    say(to_line(*seen));
    all.push_back(*seen);
  }
  return all;
}

} // namespace

result<void> run_soak(const soak_options& options, const progress_sink& say) {
  std::unique_ptr<temp_directory> own;
  auto directory = options.directory;
  if (directory.empty()) {
    own = std::make_unique<temp_directory>();
    directory = own->path();
  }
  figures_options programs;
  programs.server = options.server;
  const auto server
    = start_server(programs, "soak", fmt::format("sqlite:{}", database), options.sync, directory);
  if (!server)
    return tl::unexpected(server.error());
  load_options probe;
  probe.connections = options.connections;
  probe.duration = probe_duration;
  const auto closed = take_turn(*server, probe);
  if (!closed)
    return tl::unexpected(closed.error());
  const auto rate = closed->report.throughput() * options.share;
  say(fmt::format("{}/s, {:.0f} % of the highest rate, for {} s", to_text(rate),
                  options.share * 100, options.duration.count()));
  const auto all = take_samples(options, *server, directory, rate, say);
  if (!all)
    return tl::unexpected(all.error());
  for (const auto& line : describe_conditions())
    std::cout << "- " << line << '\n';
  std::cout << fmt::format("- {} jobs/s, {:.0f} % of the highest rate, storeSync {}, {} "
                           "connections, open loop\n\n",
                           to_text(rate), options.share * 100, options.sync, options.connections)
            << to_table(*all) << std::flush;
  if (options.json_file.empty())
    return {};
  std::ofstream file{options.json_file};
  file << to_json(*all, rate).dump(2) << '\n';
  file.close();
  return file ? result<void>{} : fail(errc::io, "cannot write " + options.json_file);
}

} // namespace callboard::bench
