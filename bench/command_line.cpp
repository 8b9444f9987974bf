#include "bench/command_line.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/figures/engine_runs.hpp"
#include "bench/figures/figures.hpp"
#include "bench/figures/soak.hpp"
#include "bench/load/load.hpp"
#include "bench/load/load_printer.hpp"

namespace callboard::bench {

namespace {

/// Set by Ctrl-C: the load ends and is reported.
std::atomic<bool> is_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// What the command line of a load says; the rest is in `load_options`.
struct load_command {
  load_options options;
  std::string url = "http://127.0.0.1:3000";
  std::string scenario_name = "create";
  double duration_s = 10;
  double warm_up_s = 1;
  double answer_limit_s = 30;
  std::string json_file;
  bool shows_progress = false;
};

std::chrono::milliseconds to_ms(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

int failed(const error& fault) {
  std::cerr << "callboard-bench: " << fault.message << '\n';
  return EXIT_FAILURE;
}

/// Writes to a file, or to standard output for "-". False, with a message, when that fails.
bool write_text(const std::string& file, const std::string& text) {
  if (file == "-") {
    std::cout << text;
    return true;
  }
  std::ofstream output{file};
  output << text;
  output.close();
  if (!output)
    std::cerr << "callboard-bench: cannot write " << file << '\n';
  return static_cast<bool>(output);
}

void add_load_options(CLI::App& app, load_command& command) {
  auto& options = command.options;
  app.add_option("--url", command.url, "Server to load")->capture_default_str();
  app
    .add_option("--scenario", command.scenario_name,
                "create, get, create+wait, list, mixed or session")
    ->check(CLI::IsMember({"create", "get", "create+wait", "list", "mixed", "session"}))
    ->capture_default_str();
  app.add_option("--connections", options.connections, "Connections at once")
    ->capture_default_str();
  app
    .add_option("--rate", options.rate,
                "Requests per second, sent on time whatever the server does (open loop); 0: each "
                "connection waits for its answer (closed loop)")
    ->capture_default_str();
  app.add_option("--pipeline", options.pipeline, "Closed loop: requests in flight per connection")
    ->capture_default_str();
  app.add_option("--duration", command.duration_s, "Measured seconds")->capture_default_str();
  app.add_option("--warm-up", command.warm_up_s, "Warm-up seconds before them")
    ->capture_default_str();
  app.add_option("--requests", options.requests_max, "End after this many requests; no warm-up");
  app.add_option("--threads", options.threads, "Threads of the generator")->capture_default_str();
  app
    .add_option("--answer-limit", command.answer_limit_s,
                "Seconds after which a response counts as lost")
    ->capture_default_str();
  app.add_option("--content-bytes", options.requests.content_bytes, "Length of each job's content")
    ->capture_default_str();
  app.add_option("--agent", options.requests.agent_id,
                 "UUID of the agent; default: the server's first");
  app.add_option("--key", options.requests.key, "API key");
  app.add_option("--json", command.json_file,
                 "Write the report as JSON to this file; - for stdout");
  app.add_flag("--progress", command.shows_progress, "Show a live line even without a terminal");
}

/// Not every script reads what is printed.
int exit_code_of(verdict how) {
  constexpr int some_failed = 2;
  switch (how) {
    case verdict::all_well:
      return EXIT_SUCCESS;
    case verdict::some_failed:
      return some_failed;
    case verdict::nothing_worked:
      break;
  }
  return EXIT_FAILURE;
}

int load(load_command command) {
  auto target = parse_url(command.url);
  if (!target)
    return failed(target.error());
  auto& options = command.options;
  options.target = *target;
  options.kind = *parse_scenario(command.scenario_name);
  options.duration = to_ms(command.duration_s);
  options.warm_up = to_ms(command.warm_up_s);
  options.answer_limit = to_ms(command.answer_limit_s);
  options.stop = &is_interrupted;
  std::signal(SIGINT, [](int) { is_interrupted = true; });
  auto shows_progress = command.shows_progress || ::isatty(STDERR_FILENO) == 1;
  auto requests = prepare_requests(options);
  if (!requests)
    return failed(requests.error());
  auto report = run_load(options, *requests, [&](const load_progress& progress) {
    if (shows_progress)
      std::cerr << '\r' << to_text(progress) << std::flush;
  });
  if (shows_progress)
    std::cerr << '\n';
  if (!report)
    return failed(report.error());
  if (command.json_file != "-")
    std::cout << to_text(options, *report);
  if (!command.json_file.empty()
      && !write_text(command.json_file, to_json(options, *report).dump(2) + "\n"))
    return EXIT_FAILURE;
  return exit_code_of(verdict_of(report->counts));
}

void add_figures_options(CLI::App& app, figures_options& options) {
  app.add_option("--server", options.server, "The server program; default: next to this one");
  app.add_option("--baseline", options.baseline, "The baseline program; default: next to this one");
  app.add_option("--rounds", options.rounds, "Rounds of each ratio; odd")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Seconds of load per server and round")
    ->capture_default_str();
  app.add_option("--connections", options.connections, "Connections for throughput figures")
    ->capture_default_str();
  app.add_option("--only", options.only, "Only these figures, separated by commas")
    ->delimiter(',')
    ->check(CLI::IsMember({"get", "create", "wait", "session", "idle", "sqlite", "recovery",
                           "latency", "live", "finished", "dropped", "deadlines", "schedules",
                           "cost", "agent-create", "agent-lists", "firing"}));
  app.add_flag("--quick", options.is_quick, "A short run, to see that everything works");
  app.add_option("--markdown", options.markdown_file,
                 "Replace the generated block of this Markdown file");
  app.add_option("--json", options.json_file, "Write the figures as JSON to this file");
  app.add_option("--plots", options.plot_directory, "Write latency plots (SVG) to this directory")
    ->check(CLI::ExistingDirectory);
}

/// What the command line of a soak says in other units.
struct soak_command {
  soak_options options;
  double minutes = 30;
  double interval_s = 30;
};

void add_soak_options(CLI::App& app, soak_command& command) {
  auto& options = command.options;
  app.add_option("--server", options.server, "The server program; default: next to this one");
  app
    .add_option("--directory", options.directory,
                "Directory of the database; default: a temporary one")
    ->check(CLI::ExistingDirectory);
  app.add_option("--minutes", command.minutes, "Duration in minutes")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--share", options.share, "Fraction of the maximum rate")
    ->check(CLI::Range(0.01, 1.0))
    ->capture_default_str();
  app.add_option("--store-sync", options.sync, "full or normal")
    ->check(CLI::IsMember({"full", "normal"}))
    ->capture_default_str();
  app.add_option("--connections", options.connections, "Connections")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--interval", command.interval_s, "Seconds between measurements")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--json", options.json_file, "Write the measurements as JSON to this file");
}

int soak(soak_command command) {
  using seconds = std::chrono::duration<double>;
  using whole = std::chrono::seconds;
  constexpr double seconds_per_minute = 60;
  auto& options = command.options;
  options.duration = std::chrono::ceil<whole>(seconds{command.minutes * seconds_per_minute});
  options.interval
    = std::min(options.duration, std::chrono::ceil<whole>(seconds{command.interval_s}));
  auto ended = run_soak(options, [](const std::string& line) { std::cerr << line << std::endl; });
  return ended ? EXIT_SUCCESS : failed(ended.error());
}

/// Leaves without taking the engine apart: a million live jobs take a while to end, and no caller wants
/// to know how long.
[[noreturn]] void leave(int code) {
  std::cout.flush();
  std::quick_exit(code);
}

} // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{"Loads a Callboard server and reports throughput and latency"};
  app.footer(
    "Exit status of a load: 0 all requests were answered with 2xx and none of the jobs that were "
    "checked failed, 1 nothing worked or the load could not run, 2 some requests or jobs failed.");
  load_command load_of;
  add_load_options(app, load_of);
  engine_run_options engine_run;
  auto* engine
    = app.add_subcommand("engine", "Measure the engine inside this process; prints JSON");
  engine->add_option("name", engine_run.name, "What to measure")
    ->required()
    ->check(CLI::IsMember(engine_run_names()));
  engine->add_option("--jobs", engine_run.jobs, "Jobs measured");
  engine->add_option("--live", engine_run.live, "Other live jobs at the same time");
  figures_options figures_of;
  auto* figures
    = app.add_subcommand("figures", "Measure all documented figures; takes a few minutes");
  add_figures_options(*figures, figures_of);
  soak_command soak_of;
  auto* soaked = app.add_subcommand("soak", "Measure a server under steady load for a long time");
  add_soak_options(*soaked, soak_of);
  CLI11_PARSE(app, argc, argv);

  if (figures->parsed()) {
    auto taken = take_figures(figures_of);
    return taken ? EXIT_SUCCESS : failed(taken.error());
  }
  if (soaked->parsed())
    return soak(std::move(soak_of));
  if (engine->parsed()) {
    auto measured = run_engine(engine_run);
    if (!measured)
      leave(failed(measured.error()));
    std::cout << measured->dump() << '\n';
    leave(EXIT_SUCCESS);
  }
  return load(std::move(load_of));
}

} // namespace callboard::bench
