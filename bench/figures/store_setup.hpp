#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How long a disk takes to keep 4 KiB (write and fdatasync in place, median of 101). Errors: `io`.
result<std::chrono::nanoseconds> flush_time(const std::filesystem::path& directory);

/// Makes a database as a killed server leaves it: a number of finished jobs, of which the
/// newest 10,000 are messages and the others agent jobs, and live messages with an hour left, all of the
/// agent that a server without configuration has. Errors: those of the store.
result<void> make_database(const std::filesystem::path& file, std::size_t finished,
                           std::size_t live);

} // namespace callboard::bench
