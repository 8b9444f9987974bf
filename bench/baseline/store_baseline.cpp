// The baseline for stores: the server with an echo agent over the least that a store can do that keeps
// its word (bench/baseline/flushing_store.hpp).

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>
#include <callboard/http_server.hpp>

#include "bench/baseline/flushing_store.hpp"
#include "bench/job_driver.hpp"

namespace callboard::bench {
namespace {

/// As many tasks at once as an agent takes that is configured with nothing but its type.
constexpr std::uint32_t echo_slots = 64;
constexpr std::chrono::seconds grace{10};

struct store_baseline_options {
  std::string file;
  std::string port_file;
};

int report(const error& fault) {
  std::cerr << fault.message << '\n';
  return EXIT_FAILURE;
}

int serve(const store_baseline_options& options) {
  // Blocked before any thread is there, so that only sigwait sees them.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  auto store = make_flushing_store(options.file);
  if (!store)
    return report(store.error());
  auto jobs
    = engine::start({}, std::move(*store), {bind_agent("echo", make_echo_agent(), echo_slots)});
  if (!jobs)
    return report(jobs.error());
  http_options listening;
  listening.port = 0;
  auto server = http_server::start(listening, jobs->jobs());
  if (!server)
    return report(server.error());
  if (!(std::ofstream{options.port_file} << server->port() << '\n'))
    return report({errc::io, "cannot write " + options.port_file});

  int received = 0;
  sigwait(&stop_signals, &received);
  server->stop_accepting();
  jobs->drain(grace);
  server->stop(grace);
  return EXIT_SUCCESS;
}

} // namespace
} // namespace callboard::bench

int main(int argc, char** argv) {
  callboard::bench::store_baseline_options options;
  CLI::App app{"Callboard over a store that flushes bytes and does nothing else: what its stores "
               "are measured against"};
  app.add_option("--file", options.file, "What is written to, 16 MiB")->required();
  app.add_option("--port-file", options.port_file, "Where to write the port")->required();
  CLI11_PARSE(app, argc, argv);
  return callboard::bench::serve(options);
}
