#pragma once

#include <cstddef>
#include <cstdint>

#include <nlohmann/json_fwd.hpp>

#include <callboard/error.hpp>

namespace callboard::bench {

/// Memory that live jobs need. @param slots how many of them the agent works on at once; the others
/// wait for it. @return jobs, bytesPerJob, textBytesPerJob, overheadBytesPerJob.
result<nlohmann::json> measure_live_jobs(std::size_t jobs, std::uint32_t slots);

/// Memory that finished jobs need while they are held. @return as `measure_live_jobs`.
result<nlohmann::json> measure_finished_jobs(std::size_t jobs);

/// Memory before and after many jobs with five-minute limits have finished and been dropped; before
/// and after, as many finished jobs are held as the default configuration allows.
/// @return jobs, held, bytesBefore, bytesAfter, ratio.
result<nlohmann::json> measure_dropped_jobs(std::size_t jobs);

} // namespace callboard::bench
