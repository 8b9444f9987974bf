#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <unistd.h>

#include "app/command_line.hpp"
#include "app/config.hpp"
#include "app/config_print.hpp"
#include "app/exit_code.hpp"
#include "app/make_agents.hpp"
#include "app/new_key.hpp"
#include "app/serve.hpp"
#include "app/store_command.hpp"

namespace callboard::app {

namespace {

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

environment read_environment() {
  environment made;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry{*at};
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos)
      made.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return made;
}

int refuse(const config_faults& faults) {
  auto text = "callboard: the configuration has "
              + (faults.size() == 1 ? "a fault" : std::to_string(faults.size()) + " faults") + '\n';
  for (const auto& fault : faults)
    text += "  " + fault.where + ": " + fault.what + '\n';
  print(stderr, text);
  return exit_config;
}

int check_config(const server_config& config) {
  for (const auto& warning : config.warnings)
    print(stderr, "callboard: " + warning + '\n');
  // Some settings only the agents themselves can judge.
  if (const auto agents = make_agents(config.agents, config.outbound, make_task_callbacks());
      !agents)
    return refuse(agents.error());
  print(stdout, config.printed + '\n');
  return exit_ok;
}

int print_new_key(const command_line& line) {
  const auto made = make_key(line.key_name, line.key_organisation, line.key_scopes);
  print(stdout, "The key, shown only now:\n  " + made.key
                  + "\n\nThe entry for \"apiKeys\" in the configuration:\n  " + made.entry + '\n');
  return exit_ok;
}

int run(int argc, const char* const* argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) {
    print(line.error().code == exit_ok ? stdout : stderr, line.error().text);
    return line.error().code;
  }
  if (line->what == command::new_key)
    return print_new_key(*line);
  if (line->prints_keys) {
    print(stdout, print_key_table());
    return exit_ok;
  }
  const auto config = load_config({.directory = {},
                                   .file = line->config_file,
                                   .variables = read_environment(),
                                   .flags = line->flags});
  if (!config)
    return refuse(config.error());
  switch (line->what) {
    case command::check_config:
      return check_config(*config);
    case command::store:
      return run_store_command(line->store, config->store);
    default:
      return serve(*config, line->port_file);
  }
}

} // namespace

} // namespace callboard::app

int main(int argc, char** argv) {
  // Whoever starts us may ignore it, and then the exit codes of programs are lost.
  std::signal(SIGCHLD, SIG_DFL);
  try {
    return callboard::app::run(argc, argv);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "callboard: %s\n", fault.what());
    return callboard::app::exit_fault;
  }
}
