#pragma once

#include <string>

#include "core/jobs/job_machine.hpp"

namespace callboard::test {

/// What a transition has done to a job, all of it, in one line:
/// `pending; task 1 failed 'no luck'; retry 1 in 5000; wake 8000`. Nothing at all is `unchanged`.
///
/// - first the state it is in now;
/// - `abort 1`: the effect, with the number of the task;
/// - `task 1 …`: what became of a task, `task 2 follow_up waiting`: a new one;
/// - `start`: the effect;
/// - `started`, `finished`: these times have been set, to the instant of the event;
/// - `retry 1 in 5000`: it counts its first retry, which starts in so many ms; `retry starts`;
/// - `follow-up 1`: it counts its first follow-up;
/// - `says …`, `timeout '…'`: the outcome;
/// - `wake 8000`: for a live job, when it wants to be woken, in ms from the start of the test.
///
/// Whatever breaks a rule that holds for all transitions (versions, timestamps, timers) is told
/// behind `WRONG:`.
std::string difference(const core::live_job& before, const core::transition& made,
                       const clock_reading& now);

} // namespace callboard::test
