#pragma once

#include <callboard/job.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace callboard::tests {

/// An id that only depends on the number; ids of higher numbers are greater.
uuid numbered_id(std::uint32_t number);

/// A time so many milliseconds after a fixed one.
system_time at_ms(std::int64_t offset_ms);

/// Later than all jobs.
inline constexpr system_time end_of_time{std::chrono::milliseconds{1'000'000'000'000'000}};

/// A plain spec of the kind, with `numbered_id(number)`, created at `at_ms(number)`, of the
/// organisation "default", with the fields that its kind needs and nothing optional set.
std::shared_ptr<job_spec> plain_spec(job_kind kind, std::uint32_t number);

/// A snapshot in that state, with an outcome if the state is terminal.
job_ptr snapshot(std::shared_ptr<const job_spec> spec, std::uint64_t version, job_state state);

/// Short for `snapshot(plain_spec(job_kind::message, number), 1, state)`.
job_ptr plain_message(std::uint32_t number, job_state state = job_state::pending);

/// A job of the kind on which every field is set, with three tasks, in that state.
job_ptr full_job(job_kind kind, std::uint32_t number, job_state state);

/// All fields of a job as lines of text: equal exactly if the jobs are.
std::string describe(const job& shown);
/// The same of a job that may be null.
std::string describe(const job_ptr& shown);

/// The ids of jobs, in their order.
std::vector<uuid> ids_of(const std::vector<job_ptr>& jobs);

/// Texts that have broken programs: emoji, controls, quotes, SQL, NUL, bytes that are not UTF-8 …
const std::vector<std::string>& naughty_texts();

} // namespace callboard::tests
