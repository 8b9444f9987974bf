#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <callboard/agents.hpp>
#include <callboard/engine.hpp>
#include <callboard/http_server.hpp>

#include "app/config/config_document.hpp"
#include "app/config/config_fault.hpp"

namespace callboard::app {

/// A configured agent: how the engine uses it, and the settings of its type.
struct agent_config {
  agent_info info;
  std::variant<echo_options, http_agent_options, openai_options, exec_options> settings;
};

enum class log_level : std::uint8_t { debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };

struct log_config {
  log_level level = log_level::info;
  log_format format = log_format::text;
  /// Directory of the log file; empty: no file.
  std::string directory;
  /// Whether the directory was configured: then it must be usable, otherwise it is only tried.
  bool directory_is_explicit = false;
  /// Which jobs are logged when they end; `failures`: failed ones and timeouts.
  log_choice jobs = log_choice::failures;
  /// Which requests are logged.
  log_choice requests = log_choice::failures;
};

/// The whole configuration, checked.
struct server_config {
  engine_options engine;
  http_options http;
  /// See `open_store`.
  std::string store;
  /// Whether a commit waits until the data is on the disk.
  store_sync store_durability = store_sync::full;
  /// In the order of the file; never empty.
  std::vector<agent_config> agents;
  outbound_options outbound;
  std::chrono::seconds shutdown_grace{10};
  log_config log;
  /// The effective configuration for display: with defaults, secrets masked. JSON on many lines.
  std::string printed;
  /// The file that was read; empty: none.
  std::string file;
  /// Warnings.
  std::vector<std::string> warnings;
};

/// Reads, checks and completes the configuration.
checked<server_config> load_config(const config_sources& sources);

/// Reads `store` only: operators of a database need not have the agents' secrets.
checked<std::string> load_store(const config_sources& sources);

/// Whether a configuration, which may be invalid, asks for a log in JSON.
bool wants_json_log(const config_sources& sources);

} // namespace callboard::app
