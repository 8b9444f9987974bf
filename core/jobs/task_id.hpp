#pragma once

#include <cstdint>

#include <callboard/job.hpp>
#include <callboard/uuid.hpp>

namespace callboard::core {

/// The id of a job's task: always the same for the same attempt of the same kind, so that an agent that is
/// given it again after a crash, from which the store did not know of it yet, can tell. A UUID of
/// version 7 with the time of the job.
uuid task_id_for(const uuid& job, std::uint32_t attempt, task_kind kind) noexcept;

} // namespace callboard::core
