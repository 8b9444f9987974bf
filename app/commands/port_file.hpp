#pragma once

#include <cstdint>
#include <filesystem>

#include <callboard/error.hpp>

namespace callboard::app {

/// Writes a port, as digits and a newline, to a file that appears with its whole content or not at
/// all. Errors: `io`.
result<void> write_port_file(const std::filesystem::path& file, std::uint16_t port);

} // namespace callboard::app
