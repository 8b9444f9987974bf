#pragma once

#include <filesystem>
#include <optional>

#include "app/config/config.hpp"

namespace callboard::app {

/// Runs the server until it is told to stop; gives the program's exit code back. To be called before
/// any thread is started.
/// @param port_file where the port is written once the server listens.
int serve(const server_config& config, const std::optional<std::filesystem::path>& port_file);

} // namespace callboard::app
