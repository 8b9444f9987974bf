#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How late scheduled jobs fire: `jobs` of them with an interval of one second, evenly spread over it,
/// each run ended at once by its agent.
/// @return jobs, seconds, fired, expected (times that passed), p50, p99, max of the lateness in
/// milliseconds, and driftMs: by how much the median of the last second is above that of the first.
result<nlohmann::json> measure_schedules(std::size_t jobs);

} // namespace callboard::bench
