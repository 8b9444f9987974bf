#include "core/sessions/session_rules.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "text/utf8.hpp"

namespace callboard::core {

namespace {

/// What `check` allows; beyond any time that the APIs take.
constexpr std::chrono::milliseconds time_span_max = std::chrono::hours{24 * 366 * 400};

/// The page's smallest threshold.
constexpr session_minutes warning_threshold_min{1};

auto wrong(std::string field, std::string message) {
  session_error made;
  made.code = session_errc::invalid_argument;
  made.message = field + ' ' + message;
  made.field = std::move(field);
  return tl::unexpected<session_error>(std::move(made));
}

/// To the nearest millisecond: 5.1 minutes are 306,000 ms, whatever 5.1 is in binary.
std::chrono::milliseconds to_ms(session_minutes span) noexcept {
  constexpr double ms_per_minute = 60'000;
  return std::chrono::milliseconds{std::llround(span.count() * ms_per_minute)};
}

bool is_finite(const std::optional<session_minutes>& span) {
  return !span || std::isfinite(span->count());
}

session_result<void> check_numbers(const session_timeout_change& given) {
  if (!is_finite(given.timeout))
    return wrong("timeoutMinutes", "must be a finite number");
  if (!is_finite(given.max_duration))
    return wrong("maxDurationMinutes", "must be a finite number");
  if (!is_finite(given.warning_threshold))
    return wrong("warningThresholdMinutes", "must be a finite number");
  return {};
}

/// Puts in what is given beside `timeout`. @pre `made.timeout` is in effect.
void replace_others(session_timeouts& made, const session_timeout_change& given,
                    const session_limits& limits) {
  if (given.auto_renew)
    made.auto_renew = *given.auto_renew;
  if (given.max_duration)
    made.max_duration = std::clamp(*given.max_duration, made.timeout,
                                   std::max(made.timeout, 2 * limits.timeout_max));
  if (given.warning_threshold)
    made.warning_threshold = std::max(*given.warning_threshold, warning_threshold_min);
}

bool is_text(const std::string& text) {
  return is_utf8(text) && text.find('\0') == std::string::npos;
}

bool is_object_or_none(const json_text& json) {
  return json.is_empty() || json.text().front() == '{';
}

/// An object's members as text, without its braces.
std::string_view members_of(const json_text& object) {
  if (object.is_empty())
    return {};
  std::string_view text = object.text();
  text.remove_prefix(1);
  text.remove_suffix(1);
  return text;
}

} // namespace

bool are_usable(const session_limits& limits) noexcept {
  // "Not a number" compares false, so it is refused too.
  const auto is_span = [](session_minutes span) {
    return span > session_minutes{0} && span <= session_minutes{time_span_max};
  };
  return is_span(limits.timeout_min) && limits.timeout_min <= limits.timeout_max
         && is_span(2 * limits.timeout_max) && limits.default_timeout >= limits.timeout_min
         && limits.default_timeout <= limits.timeout_max && is_span(limits.default_max_duration)
         && is_span(limits.default_warning_threshold) && limits.sessions_max > 0
         && limits.messages_max > 0 && limits.waiting_max > 0 && limits.history_messages > 0;
}

system_time expiry_of(system_time created_at, system_time renewed_at,
                      const session_timeouts& timeouts) noexcept {
  return std::min(renewed_at + to_ms(timeouts.timeout), created_at + to_ms(timeouts.max_duration));
}

session_timeouts timeouts_for(const session_timeout_change& given, const session_limits& limits) {
  session_timeouts made;
  made.timeout = std::clamp(given.timeout.value_or(limits.default_timeout), limits.timeout_min,
                            limits.timeout_max);
  made.max_duration = limits.default_max_duration;
  made.warning_threshold = std::max(limits.default_warning_threshold, warning_threshold_min);
  replace_others(made, given, limits);
  return made;
}

session_result<session_timeouts> changed(const session_timeouts& before,
                                         const session_timeout_change& given,
                                         const session_limits& limits) {
  if (auto ok = check_numbers(given); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (given.timeout && (*given.timeout < limits.timeout_min || *given.timeout > limits.timeout_max))
    return wrong("timeoutMinutes", "is outside the limits");
  auto made = before;
  made.timeout = given.timeout.value_or(before.timeout);
  replace_others(made, given, limits);
  return made;
}

session_result<void> check(const new_session& wanted) {
  if (wanted.agent_id.is_nil())
    return wrong("agentId", "must name an agent");
  if (!is_text(wanted.user_id))
    return wrong("userId", "must be UTF-8 without NUL");
  if (!is_text(wanted.organisation))
    return wrong("organisation", "must be UTF-8 without NUL");
  if (!is_object_or_none(wanted.metadata))
    return wrong("metadata", "must be an object");
  return check_numbers(wanted.timeouts);
}

session_result<void> check(const new_session_message& wanted) {
  if (wanted.content.empty())
    return wrong("content", "must not be empty");
  if (!is_text(wanted.content))
    return wrong("content", "must be UTF-8 without NUL");
  if (!is_object_or_none(wanted.metadata))
    return wrong("metadata", "must be an object");
  if (wanted.time_limit.count() < 1 || wanted.time_limit > time_span_max)
    return wrong("timeoutMs", "must be between 1 ms and 400 years");
  return {};
}

session begin_session(std::shared_ptr<const session_spec> spec, const session_timeouts& timeouts) {
  session made;
  made.timeouts = timeouts;
  made.last_activity = spec->created_at;
  made.renewed_at = spec->created_at;
  made.expires_at = expiry_of(spec->created_at, spec->created_at, timeouts);
  made.spec = std::move(spec);
  return made;
}

session renewed(session before, system_time now) {
  before.last_activity = now;
  before.renewed_at = now;
  ++before.renewal_count;
  before.expires_at = expiry_of(before.spec->created_at, now, before.timeouts);
  return before;
}

session after_activity(session before, system_time now) {
  if (before.timeouts.auto_renew)
    return renewed(std::move(before), now);
  before.last_activity = now;
  return before;
}

session with_timeouts(session before, const session_timeouts& timeouts) {
  before.timeouts = timeouts;
  before.expires_at = expiry_of(before.spec->created_at, before.renewed_at, timeouts);
  return before;
}

system_time next_message_time(const session& of, system_time now) noexcept {
  return of.last_message_at ? std::max(now, *of.last_message_at + std::chrono::milliseconds{1})
                            : now;
}

grown_session with_message(session before, system_time created_at, std::size_t messages_max) {
  // A limit that was lowered takes effect bit by bit, so that no commit waits long for it.
  constexpr std::uint64_t dropped_max = 100;
  before.last_message_at = created_at;
  ++before.message_count;
  const auto surplus
    = before.message_count > messages_max ? before.message_count - messages_max : 0;
  const auto dropped = std::min(surplus, dropped_max);
  before.message_count -= dropped;
  return {std::move(before), static_cast<std::size_t>(dropped)};
}

json_text job_metadata(const session_spec& of, const json_text& of_message) {
  std::string joined = "{";
  for (const auto members : {members_of(of.metadata), members_of(of_message)})
    if (!members.empty())
      joined.append(members).append(",");
  joined += "\"sessionId\":\"" + of.id.to_string() + "\"}";
  // Of members of one name the last value stands, at the place of the first.
  auto made = compact_json(joined, {.bytes_max = joined.size()});
  // Both were valid, so this is.
  return made ? *std::move(made) : json_text{};
}

session_message answer_of(const job& completed, system_time created_at) {
  const auto& spec = *completed.spec;
  session_message made;
  made.id = completed.outcome->message_id;
  made.session_id = spec.session->session_id;
  made.is_agent = true;
  made.author_id = spec.agent_id.to_string();
  made.created_at = created_at;
  made.turn = spec.session->message_at;
  made.content = completed.outcome->content;
  made.metadata = completed.outcome->metadata;
  return made;
}

session_error not_found_error() {
  session_error made;
  made.code = session_errc::not_found;
  made.message = "no such session";
  return made;
}

session_error expired_error(const session& one) {
  session_error made;
  made.code = session_errc::expired;
  made.message = "the session has expired";
  made.expired_at = one.expires_at;
  return made;
}

session_error agent_error(const uuid& agent_id) {
  session_error made;
  made.code = session_errc::agent_not_found;
  made.message = "agent " + agent_id.to_string() + " is not configured";
  made.agent_id = agent_id;
  return made;
}

session_error unavailable_error(error cause) {
  session_error made;
  made.code = session_errc::unavailable;
  made.message = cause.message;
  made.cause = std::move(cause);
  return made;
}

session_error refused_error(error cause) {
  auto made = unavailable_error(std::move(cause));
  made.code = session_errc::job_refused;
  return made;
}

session_error full_error(std::size_t sessions_max) {
  session_error made;
  made.code = session_errc::too_many_sessions;
  made.message = "as many sessions as allowed (" + std::to_string(sessions_max) + ')';
  made.count = sessions_max;
  return made;
}

session_error waiting_error(std::size_t waiting) {
  session_error made;
  made.code = session_errc::too_many_waiting;
  made.message = std::to_string(waiting) + " messages wait for their answers";
  made.count = waiting;
  return made;
}

} // namespace callboard::core
