#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How late deadlines fire while `live` other jobs are live and nothing else goes on: `jobs` jobs at a
/// silent agent whose deadlines pass one after the other, seen by callers that wait for them.
/// @return jobs, live, and p50, p99, max in milliseconds.
result<nlohmann::json> measure_deadlines(std::size_t jobs, std::size_t live);

/// What a job costs from its creation to its end at the echo agent while `live` others are live.
/// @return jobs, live, and cpuNanosecondsPerJob, wallNanosecondsPerJob: medians of some batches.
result<nlohmann::json> measure_cost(std::size_t jobs, std::size_t live);

} // namespace callboard::bench
