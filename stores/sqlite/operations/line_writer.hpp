#pragma once

#include <callboard/job.hpp>
#include <callboard/schedule.hpp>
#include <callboard/session.hpp>

#include <string>
#include <string_view>

namespace callboard::sqlite {

/// The first line of an export; says what the others are.
inline constexpr std::string_view export_header = R"({"callboard_export":1})";

/// "fixed", "exponential".
inline std::string_view to_text(backoff growth) noexcept {
  return growth == backoff::fixed ? "fixed" : "exponential";
}

/// A job as one line of JSON, without the line's end: all its fields, those that are not set left out.
std::string to_line(const job& shown);

/// The `kind` of a line that is a scheduled job; jobs have those of `job_kind`.
inline constexpr std::string_view schedule_kind = "schedule";

/// A scheduled job as one line of JSON in the same way; of its last run only the id.
std::string to_line(const scheduled_job& shown);

/// The `kind` of a line that is a session, or one of its messages.
inline constexpr std::string_view session_kind = "session";
inline constexpr std::string_view session_message_kind = "session_message";

/// A session as one line of JSON in the same way.
std::string to_line(const session& shown);

/// A message of a session as one line of JSON in the same way, without its author.
std::string to_line(const session_message& shown);

} // namespace callboard::sqlite
