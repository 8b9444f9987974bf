#include <callboard/session.hpp>

#include <algorithm>
#include <array>

#include <callboard/session_service.hpp>

namespace callboard {

namespace {

constexpr auto errc_names = std::to_array<std::string_view>(
  {"invalid_argument", "not_found", "expired", "agent_not_found", "too_many_sessions",
   "too_many_waiting", "job_refused", "unavailable"});
static_assert(errc_names.size() == static_cast<std::size_t>(session_errc::unavailable) + 1);

} // namespace

std::string_view to_string(session_errc code) noexcept {
  return errc_names[static_cast<std::size_t>(code)];
}

bool is_expired(const session& one, system_time now) noexcept {
  return now >= one.expires_at;
}

std::chrono::milliseconds time_remaining(const session& one, system_time now) noexcept {
  return std::max(one.expires_at - now, std::chrono::milliseconds{0});
}

bool is_near_expiration(const session& one, system_time now) noexcept {
  const auto left = time_remaining(one, now);
  return left.count() > 0 && left <= one.timeouts.warning_threshold;
}

} // namespace callboard
