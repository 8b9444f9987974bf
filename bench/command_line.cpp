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
  app.add_option("--pipeline", options.pipeline, "Closed loop: requests under way per connection")
    ->capture_default_str();
  app.add_option("--duration", command.duration_s, "Seconds measured")->capture_default_str();
  app.add_option("--warm-up", command.warm_up_s, "Seconds before that")->capture_default_str();
  app.add_option("--requests", options.requests_max, "End after this many requests; no warm-up");
  app.add_option("--threads", options.threads, "Threads of the generator")->capture_default_str();
  app.add_option("--answer-limit", command.answer_limit_s, "Seconds after which an answer is lost")
    ->capture_default_str();
  app.add_option("--content-bytes", options.requests.content_bytes, "Length of each job's content")
    ->capture_default_str();
  app.add_option("--agent", options.requests.agent_id, "UUID of the agent; the server's first one");
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
  app.add_option("--server", options.server, "The server's program; by default beside this one");
  app.add_option("--baseline", options.baseline, "The baseline; by default beside this one");
  app.add_option("--rounds", options.rounds, "Rounds of each ratio; odd")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--seconds", options.seconds, "Seconds of load per turn")->capture_default_str();
  app.add_option("--connections", options.connections, "Connections for throughput")
    ->capture_default_str();
  app.add_option("--only", options.only, "Only these figures, separated by commas")
    ->delimiter(',')
    ->check(CLI::IsMember({"get", "create", "wait", "session", "idle", "sqlite", "recovery",
                           "latency", "live", "finished", "dropped", "deadlines", "schedules",
                           "cost", "agent-create", "agent-lists", "firing"}));
  app.add_flag("--quick", options.is_quick, "Small and short, to see that all works");
  app.add_option("--markdown", options.markdown_file, "Replace the generated block of this page");
  app.add_option("--json", options.json_file, "Write the figures as JSON to this file");
  app.add_option("--plots", options.plot_directory, "Put plots of latencies (SVG) there")
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
  app.add_option("--server", options.server, "The server's program; by default beside this one");
  app
    .add_option("--directory", options.directory,
                "Where the database lies; by default a temporary directory")
    ->check(CLI::ExistingDirectory);
  app.add_option("--minutes", command.minutes, "How long")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--share", options.share, "Share of the highest rate")
    ->check(CLI::Range(0.01, 1.0))
    ->capture_default_str();
  app.add_option("--store-sync", options.sync, "full or normal")
    ->check(CLI::IsMember({"full", "normal"}))
    ->capture_default_str();
  app.add_option("--connections", options.connections, "Connections")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--interval", command.interval_s, "Seconds between two looks")
    ->check(CLI::PositiveNumber)
    ->capture_default_str();
  app.add_option("--json", options.json_file, "Write what was seen as JSON to this file");
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
    "Exit codes of a load: 0 each request was answered with 2xx and no job failed that was "
    "looked at, 1 nothing worked or the load could not be made, 2 some requests or jobs failed.");
  load_command load_of;
  add_load_options(app, load_of);
  engine_run_options engine_run;
  auto* engine
    = app.add_subcommand("engine", "Measure the engine inside this process; prints JSON");
  engine->add_option("name", engine_run.name, "What to measure")
    ->required()
    ->check(CLI::IsMember(engine_run_names()));
  engine->add_option("--jobs", engine_run.jobs, "Jobs measured");
  engine->add_option("--live", engine_run.live, "Other jobs live meanwhile");
  figures_options figures_of;
  auto* figures = app.add_subcommand("figures", "Take all documented figures; a few minutes");
  add_figures_options(*figures, figures_of);
  soak_command soak_of;
  auto* soaked = app.add_subcommand("soak", "Watch a server under steady load for a long time");
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
