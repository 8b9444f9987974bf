#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <callboard/json_view.hpp>

namespace callboard::app {

/// A complete configuration in the order of the table of keys, on many lines, with secrets as "***".
/// @param values the values to show: `${NAME}` is not replaced.
/// @param given the configuration file. Objects without keys in the table are printed as they are spelled
///   there, on one line.
std::string print_masked(const nlohmann::json& values, json_view given = {});

/// The table of keys as Markdown, for docs/configuration.md.
std::string print_key_table();

} // namespace callboard::app
