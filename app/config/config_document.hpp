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

/// Where a configuration comes from, the weakest first.
struct config_sources {
  /// Where `callboard.json` and `agentos.config.json` are looked for; empty: the working directory.
  std::filesystem::path directory;
  /// The file to read in their place.
  std::optional<std::filesystem::path> file;
  environment variables;
  std::vector<config_flag> flags;
};

/// What file, environment and flags say, laid over one another. Not checked yet.
struct config_document {
  /// The values that count, `${NAME}` replaced.
  nlohmann::json values = nlohmann::json::object();
  /// The same as it was written: what may be shown to people.
  nlohmann::json shown = nlohmann::json::object();
  /// What the file holds as it is spelled there; empty: no file of ours. For what is shown as it came.
  json_text given;
  /// The file that was read; empty: none.
  std::string file;
  /// Pointer of each value that is not from the file → the variable or flag that it is from.
  std::map<std::string, std::string, std::less<>> origins;
  /// What is odd but can be lived with.
  std::vector<std::string> warnings;
  config_faults faults;

  /// Notes what is wrong with the value at a pointer. A value has one fault: the first.
  void add_fault(const std::string& pointer, std::string what);
};

/// Reads and lays over. What is wrong stands in `faults`; the rest is read all the same, so that
/// everything that is wrong is known at once.
config_document read_document(const config_sources& sources);

} // namespace callboard::app
