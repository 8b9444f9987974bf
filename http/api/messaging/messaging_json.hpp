#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <callboard/job.hpp>
#include <callboard/service.hpp>

namespace callboard::http {

/// The word with which the Messaging Jobs API shows a state: it knows five.
std::string_view messaging_status(job_state state) noexcept;

/// The `error` of a job that did not complete. Holds as long as the job.
std::string_view messaging_error_of(const job& shown) noexcept;

/// The body of POST /api/messaging/jobs: `{"jobId","status","createdAt","expiresAt"}`.
std::string messaging_created(const job& made);

/// A job in full, as GET /api/messaging/jobs/:jobId shows it.
std::string messaging_details(const job& shown);

/// The body of GET /api/messaging/jobs.
std::string messaging_list(const job_page& page);

/// The body of GET /api/messaging/jobs/health.
std::string messaging_health(const engine_health& health, system_time now);

} // namespace callboard::http
