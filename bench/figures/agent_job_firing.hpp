#pragma once

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// How late agent jobs begin that are all scheduled for the same second: from that second to the moment
/// at which the agent is given the job. Engine and memory store, a slot for each job.
result<nlohmann::json> measure_firing(std::size_t jobs);

} // namespace callboard::bench
