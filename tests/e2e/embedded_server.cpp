// A server made by an embedding program, for what no configuration can ask for: it has no agents,
// and its time limits for requests are arguments.
//
// embedded_server --port-file FILE [--idle-seconds N] [--head-ms N]; serves until SIGTERM.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <callboard/engine.hpp>
#include <callboard/http_server.hpp>
#include <callboard/store.hpp>

namespace {

constexpr std::chrono::seconds grace{10};

/// The argument after `flag`; null if there is none.
const char* argument_after(int argc, char** argv, const char* flag) {
  for (int i = 1; i + 1 < argc; ++i)
    if (std::strcmp(argv[i], flag) == 0)
      return argv[i + 1];
  return nullptr;
}

int report(const callboard::error& fault) {
  std::fprintf(stderr, "embedded_server: %s\n", fault.message.c_str());
  return EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  // Blocked before any thread is there, so that only sigwait sees it.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  auto engine = callboard::engine::start({}, callboard::make_memory_store(), {});
  if (!engine)
    return report(engine.error());
  callboard::http_options options;
  options.port = 0;
  if (const auto* seconds = argument_after(argc, argv, "--idle-seconds"))
    options.idle_limit = std::chrono::seconds{std::atoi(seconds)};
  if (const auto* milliseconds = argument_after(argc, argv, "--head-ms"))
    options.head_limit = std::chrono::milliseconds{std::atoi(milliseconds)};
  auto server = callboard::http_server::start(options, engine->jobs());
  if (!server)
    return report(server.error());
  const auto* port_file = argument_after(argc, argv, "--port-file");
  if (port_file == nullptr || !(std::ofstream{port_file} << server->port() << '\n'))
    return report({callboard::errc::invalid_argument, "--port-file must name a file to write"});

  int received = 0;
  sigwait(&stop_signals, &received);
  server->stop_accepting();
  engine->drain(grace);
  server->stop(grace);
  return EXIT_SUCCESS;
}
