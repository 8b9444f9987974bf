#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "app/commands/store_command.hpp"
#include "app/config/config_document.hpp"

namespace callboard::app {

/// What the program is to do.
enum class command { serve, check_config, new_key, store };

struct command_line {
  command what = command::serve;
  /// `--config`.
  std::optional<std::filesystem::path> config_file;
  /// The settings that override the configuration.
  std::vector<config_flag> flags;
  /// `--port-file`.
  std::optional<std::filesystem::path> port_file;
  /// `check-config --keys`: print the table of keys instead of the configuration.
  bool prints_keys = false;
  std::string key_name;
  std::string key_organisation;
  std::vector<std::string> key_scopes;
  store_command store;
};

/// The program exits without doing anything: help, the version, or an invalid command line.
struct early_exit {
  int code = 0;
  /// For standard output if the code is 0, otherwise for standard error.
  std::string text;
};

tl::expected<command_line, early_exit> parse_command_line(int argc, const char* const* argv);

} // namespace callboard::app
