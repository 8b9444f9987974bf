#pragma once

#include <string_view>

namespace callboard::http {

/// The id of the job that a path names, of whichever API: "/api/messaging/jobs/ID",
/// "/services/agent-jobs/ID/activities". Empty if it names none.
std::string_view job_id_in(std::string_view path) noexcept;

} // namespace callboard::http
