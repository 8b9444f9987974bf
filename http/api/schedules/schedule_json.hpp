#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <callboard/schedule.hpp>

namespace callboard::http {

/// A scheduled job, as the Scheduled Jobs API shows it.
/// @param default_retry shown for a job that brings no policy.
std::string schedule_details(const scheduled_job& shown,
                             const std::optional<retry_policy>& default_retry);

/// A bare array of scheduled jobs, printed job by job: each call appends the next one, and says whether
/// there is more.
std::function<bool(std::string& to)> schedule_list(std::vector<scheduled_job_ptr> jobs,
                                                   std::optional<retry_policy> default_retry);

/// A run.
std::string run_details(const job& run);

/// A bare array of runs.
std::string run_list(const std::vector<job_ptr>& runs);

/// A bare array of times.
std::string time_list(const std::vector<system_time>& times);

/// `{"id","name","deleted":true}`.
std::string schedule_deleted(const scheduled_job& gone);

/// `{"runId"}`.
std::string run_started(const job& run);

} // namespace callboard::http
