#pragma once

#include <filesystem>
#include <optional>

#include "app/config/config.hpp"

namespace callboard::app {

/// Runs the server until it is told to stop; returns the program's exit status. Call it before
/// any thread is started.
/// @param port_file the port is written here once the server is listening.
int serve(const server_config& config, const std::optional<std::filesystem::path>& port_file);

} // namespace callboard::app
