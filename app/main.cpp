#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <unistd.h>

#include "app/commands/command_line.hpp"
#include "app/commands/exit_code.hpp"
#include "app/commands/new_key.hpp"
#include "app/commands/serve.hpp"
#include "app/commands/store_command.hpp"
#include "app/config/config.hpp"
#include "app/config/config_print.hpp"
#include "app/log/event_log.hpp"

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
              + (faults.size() == 1 ? "an error" : std::to_string(faults.size()) + " errors")
              + '\n';
  for (const auto& fault : faults)
    text += "  " + fault.where + ": " + fault.what + '\n';
  print(stderr, text);
  return exit_config;
}

/// As `refuse`, where the configuration asks for a log in JSON: nothing else may stand on standard error.
int refuse_in_json(const config_faults& faults) {
  const auto log = terminal_log(log_format::json);
  for (const auto& fault : faults)
    log.write(log_level::error, "invalid configuration",
              {{"where", fault.where}, {"reason", fault.what}});
  return exit_config;
}

int check_config(const server_config& config) {
  for (const auto& warning : config.warnings)
    print(stderr, "callboard: " + warning + '\n');
  print(stdout, config.printed + '\n');
  return exit_ok;
}

int print_new_key(const command_line& line) {
  const auto made = make_key(line.key_name, line.key_organisation, line.key_scopes);
  print(stdout, "The key, shown only once:\n  " + made.key
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
  const config_sources sources{.directory = {},
                               .file = line->config_file,
                               .variables = read_environment(),
                               .flags = line->flags};
  if (line->what == command::store) {
    const auto store = load_store(sources);
    return store ? run_store_command(line->store, *store) : refuse(store.error());
  }
  const auto config = load_config(sources);
  if (!config)
    return line->what == command::serve && wants_json_log(sources) ? refuse_in_json(config.error())
                                                                   : refuse(config.error());
  return line->what == command::check_config ? check_config(*config)
                                             : serve(*config, line->port_file);
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
