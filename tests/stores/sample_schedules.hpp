#pragma once

#include <cstdint>
#include <memory>

#include <callboard/schedule.hpp>

#include "tests/stores/sample_jobs.hpp"

namespace callboard::tests {

/// An interval of a second with `numbered_id(number)`, and nothing that need not be there.
std::shared_ptr<scheduled_job> plain_schedule(std::uint32_t number);

/// A scheduled job on which every field is set.
std::shared_ptr<scheduled_job> full_schedule(std::uint32_t number, job_ptr last_run);

/// A run of a scheduled job.
job_ptr run_of(const uuid& schedule, std::uint32_t number, job_state state);

/// Compares all fields.
void expect_equal(const scheduled_job& left, const scheduled_job& right);

} // namespace callboard::tests
