#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <callboard/job.hpp>
#include <callboard/service.hpp>

#include "http/message/message.hpp"

namespace callboard::http {

/// The word with which the Messaging Jobs API shows a state: it knows five.
std::string_view messaging_status(job_state state) noexcept;

/// The body of POST /api/messaging/jobs: `{"jobId","status","createdAt","expiresAt"}`.
std::string messaging_created(const job& made);

/// A job in full, as GET /api/messaging/jobs/:jobId shows it.
std::string messaging_details(const job& shown);

/// The body of GET /api/messaging/jobs.
std::string messaging_list(const job_page& page);

/// The body of GET /api/messaging/jobs/health.
std::string messaging_health(const engine_health& health, system_time now);

/// The API's usual error: `{"success":false,"error":"<text>"}`.
/// @param more one more member at the end, if its name is not empty
response messaging_error(int status, std::string_view text,
                         std::pair<std::string_view, std::string_view> more = {});

/// Its error for unknown endpoints and bodies that cannot be read:
/// `{"success":false,"error":{"message":"<text>","code":<status>}}`.
response messaging_fault(int status, std::string_view text);

/// Its error for a body of a type that it does not take.
response messaging_content_type_error();

/// Its error for a missing or wrong key.
response messaging_unauthorized();

} // namespace callboard::http
