// A server that an embedding program gave no agents: what the configuration cannot ask for.
// Takes `--port-file FILE`, serves until SIGTERM.

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include <callboard/engine.hpp>
#include <callboard/http_server.hpp>
#include <callboard/store.hpp>

namespace {

constexpr std::chrono::seconds grace{10};

std::string argument_after(int argc, char** argv, const char* flag) {
  for (int i = 1; i + 1 < argc; ++i)
    if (std::strcmp(argv[i], flag) == 0)
      return argv[i + 1];
  return {};
}

int report(const callboard::error& fault) {
  std::fprintf(stderr, "server_without_agents: %s\n", fault.message.c_str());
  return 1;
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
  auto server = callboard::http_server::start(options, engine->jobs());
  if (!server)
    return report(server.error());
  std::ofstream(argument_after(argc, argv, "--port-file")) << server->port() << '\n';

  int received = 0;
  sigwait(&stop_signals, &received);
  server->stop_accepting();
  engine->drain(grace);
  server->stop(grace);
  return 0;
}
