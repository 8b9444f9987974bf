#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <callboard/json_text.hpp>

#include "app/config/config_fault.hpp"
#include "app/config/config_text.hpp"

namespace callboard::app {

/// A value given on the command line.
struct config_flag {
  /// As the user writes it: "--listen".
  std::string_view name;
  /// The key that it sets: "/listen".
  std::string_view pointer;
  std::string value;
};

/// Sources of a configuration, from lowest to highest precedence.
struct config_sources {
  /// Where `callboard.json` and `agentos.config.json` are searched; empty: the working directory.
  std::filesystem::path directory;
  /// The file to read instead.
  std::optional<std::filesystem::path> file;
  environment variables;
  std::vector<config_flag> flags;
};

/// The merged values of file, environment and flags. Not checked yet.
struct config_document {
  /// The effective values, `${NAME}` replaced.
  nlohmann::json values = nlohmann::json::object();
  /// The same values as written, for display.
  nlohmann::json shown = nlohmann::json::object();
  /// The file's content as spelled there; empty: no file of ours. For parts that are shown as given.
  json_text given;
  /// The file that was read; empty: none.
  std::string file;
  /// Pointer of each value that is not from the file → the variable or flag that it is from.
  std::map<std::string, std::string, std::less<>> origins;
  /// Warnings.
  std::vector<std::string> warnings;
  config_faults faults;

  /// Adds an error for the value at a pointer. A value has one error: the first.
  void add_fault(const std::string& pointer, std::string what);
};

/// Reads and lays over. What is wrong stands in `faults`; the rest is read all the same, so that
/// everything that is wrong is known at once.
config_document read_document(const config_sources& sources);

} // namespace callboard::app
