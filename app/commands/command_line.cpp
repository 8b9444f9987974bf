#include "app/commands/command_line.hpp"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

#include "app/commands/exit_code.hpp"
#include "app/config/config_schema.hpp"

namespace callboard::app {

namespace {

constexpr const char* footer
  = R"(Settings come from a JSON file (--config, or callboard.json or agentos.config.json in the
working directory); CALLBOARD_* environment variables override it, and flags override both.

Exit status: 0 stopped on request, 64 invalid command line, 69 external failure (port in use,
file not writable), 70 internal error or failed store, 78 invalid configuration, 130 and 143
second SIGINT or SIGTERM.)";

/// A flag that overrides a key of the configuration.
struct override_flag {
  const char* name;
  const char* pointer;
  const char* meaning;
};

constexpr override_flag overrides[] = {
  {"--listen", "/listen",
   "Address and port to listen on, e.g. 127.0.0.1:3000; port 0 selects a free one"},
  {"--store", "/store", "Where jobs are kept: sqlite:FILE or memory:"},
  {"--log-level", "/log/level", "Lowest level to log: debug, info, warning (or warn), error"},
};

/// Adds the options that select and override the configuration. The program and its commands have the same
/// ones, so that each `--help` shows them.
void add_config_options(CLI::App& to, command_line& line) {
  to.add_option("--config", line.config_file, "Configuration file")->type_name("FILE");
  for (const auto& flag : overrides)
    to.add_option_function<std::string>(
        flag.name,
        [&line, &flag](const std::string& value) {
          line.flags.push_back({flag.name, flag.pointer, value});
        },
        flag.meaning)
      ->type_name("TEXT");
}

void add_serve_options(CLI::App& to, command_line& line) {
  add_config_options(to, line);
  to.add_option("--port-file", line.port_file,
                "Write the port to this file once the server is listening")
    ->type_name("FILE");
}

void add_key_options(CLI::App& to, command_line& line) {
  const auto& keys = config_keys();
  const auto scopes = std::find_if(keys.begin(), keys.end(), [](const key_rule& rule) {
                        return rule.pointer == "/apiKeys/*/scopes";
                      })->choices;
  to.add_option("--org", line.key_organisation, "Organisation whose jobs the key can see")
    ->type_name("ORG")
    ->required();
  to.add_option("--scope", line.key_scopes, "What the key allows; can be repeated")
    ->required()
    ->check(CLI::IsMember(std::vector<std::string>{scopes.begin(), scopes.end()}));
  to.add_option("--name", line.key_name, "Name of the key, for people and the log")
    ->type_name("NAME")
    ->default_val("key");
}

struct store_subcommand {
  const char* name;
  store_task what;
  const char* meaning;
  /// Of the option that names a file of jobs; null: there is none.
  const char* option;
  const char* option_meaning;
};

constexpr store_subcommand store_subcommands[] = {
  {"check", store_task::check, "Read everything and list problems; works while the server runs",
   nullptr, nullptr},
  {"export", store_task::export_jobs, "Write all jobs as JSON Lines; works while the server runs",
   "--output", "Write to this file instead of standard output"},
  {"import", store_task::import_jobs,
   "Import exported jobs; stored jobs in the same or a newer version are kept. Stop the server "
   "first",
   "--input", "Read from this file instead of standard input"},
  {"compact", store_task::compact, "Return free pages to the file system. Stop the server first",
   nullptr, nullptr},
};

void add_store_commands(CLI::App& program, command_line& line) {
  auto* store = program.add_subcommand("store", "Maintain the database");
  store->require_subcommand(1);
  for (const auto& one : store_subcommands) {
    auto* added = store->add_subcommand(one.name, one.meaning);
    add_config_options(*added, line);
    if (one.option)
      added->add_option(one.option, line.store.file, one.option_meaning)->type_name("FILE");
    added->callback([&line, &one] {
      line.what = command::store;
      line.store.what = one.what;
    });
  }
}

} // namespace

tl::expected<command_line, early_exit> parse_command_line(int argc, const char* const* argv) {
  command_line line;
  CLI::App program{"Job server for AI agents.", "callboard"};
  program.footer(footer);
  program.set_version_flag("--version", "callboard " CALLBOARD_VERSION, "Print the version");
  program.require_subcommand(0, 1);
  add_serve_options(program, line);

  auto* serve = program.add_subcommand("serve", "Run the server (the default command)");
  add_serve_options(*serve, line);

  auto* check = program.add_subcommand(
    "check-config",
    "Check the configuration and print the effective settings, with secrets masked");
  add_config_options(*check, line);
  check->add_flag("--keys", line.prints_keys, "Print the table of all keys as Markdown instead");
  check->callback([&] { line.what = command::check_config; });

  auto* key = program.add_subcommand("key", "Create API keys");
  key->require_subcommand(1);
  auto* fresh = key->add_subcommand(
    "new", "Create a key; prints it once, and the entry for the configuration");
  add_key_options(*fresh, line);
  fresh->callback([&] { line.what = command::new_key; });

  add_store_commands(program, line);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    std::ostringstream out;
    std::ostringstream err;
    const bool is_fine = program.exit(stop, out, err) == 0;
    return tl::unexpected{
      early_exit{is_fine ? exit_ok : exit_usage, is_fine ? out.str() : err.str()}};
  }
  return line;
}

} // namespace callboard::app
