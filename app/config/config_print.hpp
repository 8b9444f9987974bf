#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace callboard::app {

/// A completed configuration in the order of the table of keys, over many lines, secrets as "***".
/// `values` are those to be shown: `${NAME}` not replaced.
std::string print_masked(const nlohmann::json& values);

/// The table of keys as Markdown, for docs/configuration.md.
std::string print_key_table();

} // namespace callboard::app
