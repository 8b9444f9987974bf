#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string_view>

#include "core/jobs/job_machine.hpp"

namespace callboard::test {

/// The instant so many milliseconds after the jobs of the tests are made.
clock_reading at(std::int64_t ms);

/// Milliseconds from when the jobs of the tests are made.
std::int64_t since_start(steady_time time);

/// A source of random numbers that are the same in every run and never repeat.
core::random_source repeatable_random(std::uint64_t seed = 1);

/// What the jobs of the tests are made with: 60 s in all, 20 s an attempt, one retry after 5 s, one
/// follow-up; due at once. Tests change what they are about.
job_spec example_spec();

/// Makes the first snapshot of a job at `at(0)`.
core::live_job begin(const job_spec& spec);

/// Applies an event that must be allowed.
core::transition apply(const core::live_job& job, const core::job_event& what, std::int64_t ms);

/// The task that the job last gave its agent.
uuid last_task(const core::live_job& job);

/// Where a job can stand, as far as the rules can tell.
enum class situation {
  /// Due in ten seconds.
  scheduled,
  /// Pending, its first task waits for a slot.
  queued,
  /// Processing.
  running,
  /// Processing, and the follow-up that its agent asked for waits for a slot.
  follow_up_queued,
  /// Pending until the first attempt is repeated.
  waiting_for_retry,
  /// Pending, and the retry waits for a slot; no other retry is left.
  retry_queued,
  /// Processing its last retry.
  retry_running,
  completed,
  failed,
  timeout,
  canceled,
};

inline constexpr std::array live_situations{
  situation::scheduled,         situation::queued,
  situation::running,           situation::follow_up_queued,
  situation::waiting_for_retry, situation::retry_queued,
  situation::retry_running,
};

inline constexpr std::array terminal_situations{
  situation::completed,
  situation::failed,
  situation::timeout,
  situation::canceled,
};

std::string_view to_string(situation where);
std::ostream& operator<<(std::ostream& out, situation where);

/// A job that stands there.
core::live_job job_in(situation where);

/// When the tests look at it, in ms: it stands there and nothing is due.
std::int64_t quiet_time(situation where);

/// When its next step or the end of its attempt is due, in ms; none if it has neither.
std::optional<std::int64_t> due_time(situation where);

/// When the job must be over, in ms.
std::int64_t deadline_time(situation where);

} // namespace callboard::test
