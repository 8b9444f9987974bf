#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How an SQLite store in the working directory is written to while 64 callers create jobs for the echo
/// agent, each when its last one is stored. @return jobs, commits, snapshots, erased, seconds.
result<nlohmann::json> measure_commits(std::size_t jobs);

} // namespace callboard::bench
