#include "http/api/sessions/session_json.hpp"

#include <string_view>

#include <callboard/date_time.hpp>
#include <callboard/json_view.hpp>

#include "http/api/messaging/messaging_json.hpp"
#include "http/message/error_form.hpp"
#include "http/message/sessions_error.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

std::int64_t epoch_ms(system_time time) noexcept {
  return time.time_since_epoch().count();
}

void append_time(std::string& out, std::string_view before, system_time time) {
  append_text(out, before, to_rfc3339(time));
}

void append_flag(std::string& out, std::string_view before, bool flag) {
  out.append(before).append(flag ? "true" : "false");
}

void append_minutes(std::string& out, std::string_view before, session_minutes time) {
  out += before;
  append_double(out, time.count());
}

/// An object that may be missing.
void append_object(std::string& out, std::string_view before, const json_text& object) {
  out.append(before).append(object.is_empty() ? std::string_view{"{}"} : object.text());
}

void append_timeouts(std::string& out, const session_timeouts& timeouts) {
  append_minutes(out, R"(,"timeoutConfig":{"timeoutMinutes":)", timeouts.timeout);
  append_flag(out, R"(,"autoRenew":)", timeouts.auto_renew);
  append_minutes(out, R"(,"maxDurationMinutes":)", timeouts.max_duration);
  append_minutes(out, R"(,"warningThresholdMinutes":)", timeouts.warning_threshold);
  out += '}';
}

/// What the creation's answer and the info begin with.
void append_spec(std::string& out, const session_spec& spec) {
  append_id(out, R"({"sessionId":)", spec.id);
  append_id(out, R"(,"channelId":)", spec.channel_id);
  append_id(out, R"(,"agentId":)", spec.agent_id);
  append_text(out, R"(,"userId":)", spec.user_id);
  append_time(out, R"(,"createdAt":)", spec.created_at);
}

void append_info(std::string& out, const session& shown, system_time as_of) {
  append_spec(out, *shown.spec);
  append_time(out, R"(,"lastActivity":)", shown.last_activity);
  append_object(out, R"(,"metadata":)", shown.spec->metadata);
  append_time(out, R"(,"expiresAt":)", shown.expires_at);
  append_timeouts(out, shown.timeouts);
  append_count(out, R"(,"renewalCount":)", shown.renewal_count);
  append_count(out, R"(,"timeRemaining":)", time_remaining(shown, as_of).count());
  append_flag(out, R"(,"isNearExpiration":)", is_near_expiration(shown, as_of));
  out += '}';
}

std::string_view text_of(const shared_text& text) noexcept {
  return text ? std::string_view{*text} : std::string_view{};
}

void append_message(std::string& out, const session_message& shown) {
  append_id(out, R"({"id":)", shown.id);
  append_text(out, R"(,"content":)", text_of(shown.content));
  append_text(out, R"(,"authorId":)", shown.author_id);
  append_flag(out, R"(,"isAgent":)", shown.is_agent);
  append_time(out, R"(,"createdAt":)", shown.created_at);
  append_object(out, R"(,"metadata":)", shown.metadata);
  out += '}';
}

/// How the message has left its session.
void append_status(std::string& out, const sent_message& sent) {
  const auto& [record, as_of] = sent.session;
  append_time(out, R"(,"sessionStatus":{"expiresAt":)", record->expires_at);
  append_count(out, R"(,"renewalCount":)", record->renewal_count);
  append_flag(out, R"(,"wasRenewed":)", sent.was_renewed);
  append_flag(out, R"(,"isNearExpiration":)", is_near_expiration(*record, as_of));
  out += '}';
}

response with_retry_after(response made) {
  made.add_header("Retry-After", retry_after_seconds);
  return made;
}

/// A message that was not sent, or not answered.
response send_failed(int status, std::string_view given, std::string_view why,
                     std::string_view details = {}) {
  return sessions_error(
    status, "MESSAGE_SEND_FAILED",
    "Failed to send message in session '" + std::string{given} + "': " + std::string{why}, details);
}

} // namespace

std::string created_session(const session& made) {
  std::string out;
  append_spec(out, *made.spec);
  append_object(out, R"(,"metadata":)", made.spec->metadata);
  append_time(out, R"(,"expiresAt":)", made.expires_at);
  append_timeouts(out, made.timeouts);
  return out += '}';
}

std::string session_info(const session& shown, system_time as_of) {
  std::string out;
  append_info(out, shown, as_of);
  return out;
}

std::string session_list_body(const session_list& page) {
  std::string out = R"({"sessions":[)";
  for (const auto& each : page.sessions) {
    if (each != page.sessions.front())
      out += ',';
    append_info(out, *each, page.as_of);
  }
  append_count(out, R"(],"total":)", page.active);
  append_count(out, R"(,"stats":{"totalSessions":)", page.active + page.expired);
  append_count(out, R"(,"activeSessions":)", page.active);
  append_count(out, R"(,"expiredSessions":)", page.expired);
  return out += "}}";
}

std::string session_health_body(const session_health& health) {
  std::string out;
  append_text(out, R"({"status":)", health.is_healthy ? "healthy" : "unhealthy");
  append_count(out, R"(,"activeSessions":)", health.active);
  append_time(out, R"(,"timestamp":)", health.as_of);
  append_count(out, R"(,"expiringSoon":)", health.near_expiration);
  out += R"(,"uptime":)";
  append_double(out, std::chrono::duration<double>(health.uptime).count());
  return out += '}';
}

std::string deleted_session(const session& gone) {
  std::string out;
  append_text(out, R"({"success":true,"message":)",
              "Session " + gone.spec->id.to_string() + " deleted successfully");
  return out += R"(,"data":{"success":true}})";
}

std::string session_messages(const session_message_page& page) {
  std::string out = R"({"messages":[)";
  for (const auto& each : page.messages) {
    if (&each != &page.messages.front())
      out += ',';
    append_message(out, each);
  }
  append_flag(out, R"(],"hasMore":)", page.has_more);
  if (!page.messages.empty()) {
    append_count(out, R"(,"cursors":{"before":)", epoch_ms(page.messages.back().created_at));
    append_count(out, R"(,"after":)", epoch_ms(page.messages.front().created_at));
    out += '}';
  }
  return out += '}';
}

std::string user_message(const sent_message& sent) {
  const auto& shown = sent.message;
  std::string out;
  append_id(out, R"({"id":)", shown.id);
  append_text(out, R"(,"content":)", text_of(shown.content));
  append_text(out, R"(,"authorId":)", shown.author_id);
  append_time(out, R"(,"createdAt":)", shown.created_at);
  append_object(out, R"(,"metadata":)", shown.metadata);
  append_id(out, R"(,"channel_id":)", sent.session.record->spec->channel_id);
  append_text(out, R"(,"author_id":)", shown.author_id);
  append_count(out, R"(,"created_at":)", epoch_ms(shown.created_at));
  return out += R"(,"source_type":"user"})";
}

std::string agent_response(const message_end& end) {
  const auto& answer = *end.answer;
  std::string out;
  append_text(out, R"({"text":)", text_of(answer.content));
  if (!answer.metadata.is_empty()) {
    const json_view metadata{answer.metadata};
    if (const auto thought = metadata.find("thought"); thought && thought->is_string())
      out.append(R"(,"thought":)").append(thought->text());
    if (const auto actions = metadata.find("actions"); actions && actions->is_array())
      out.append(R"(,"actions":)").append(actions->text());
    out.append(R"(,"metadata":)").append(answer.metadata.text());
  }
  append_id(out, R"(,"id":)", answer.id);
  append_time(out, R"(,"createdAt":)", answer.created_at);
  return out += '}';
}

std::string sent_message_body(const sent_message& sent, const message_end* end) {
  std::string members = R"("success":true,"userMessage":)" + user_message(sent);
  if (end != nullptr && end->answer)
    members.append(R"(,"agentResponse":)").append(agent_response(*end));
  append_status(members, sent);
  append_id(members, R"(,"jobId":)", sent.job->spec->id);
  return "{" + members + R"(,"data":{)" + members + "}}";
}

response session_fault(std::string_view message, std::string_view details) {
  return sessions_error(400, "VALIDATION_ERROR", message, details);
}

response session_refusal(const session_error& fault, std::string_view given) {
  const auto named = std::string{given};
  switch (fault.code) {
    case session_errc::invalid_argument:
      return session_fault(fault.message);
    case session_errc::not_found:
      return sessions_error(404, "SESSION_NOT_FOUND", "Session with ID '" + named + "' not found");
    case session_errc::expired:
      return sessions_error(410, "SESSION_EXPIRED",
                            "Session '" + named + "' expired at " + to_rfc3339(fault.expired_at));
    case session_errc::agent_not_found:
      return sessions_error(404, "AGENT_NOT_FOUND",
                            "Agent with ID '" + fault.agent_id.to_string() + "' not found");
    case session_errc::too_many_sessions:
      return with_retry_after(sessions_error(503, "SESSION_CREATION_FAILED",
                                             "Failed to create session: Session capacity reached ("
                                               + std::to_string(fault.count) + " sessions)"));
    case session_errc::too_many_waiting:
      return with_retry_after(
        send_failed(429, given, std::to_string(fault.count) + " messages wait for their answers"));
    case session_errc::job_refused:
      return with_retry_after(send_failed(503, given, fault.cause.message));
    case session_errc::unavailable:
      return with_retry_after(sessions_error(503, "SERVICE_UNAVAILABLE", fault.cause.message));
  }
  return refuse_internal(error_form::sessions);
}

response failed_message(const sent_message& sent, const message_end& end, std::string_view given) {
  std::string details;
  append_id(details, R"({"jobId":)", sent.job->spec->id);
  append_id(details, R"(,"messageId":)", sent.message.id);
  details += '}';
  if (!is_terminal(end.job->state))
    return with_retry_after(send_failed(503, given, stopping_text, details));
  const auto status = end.job->state == job_state::timeout ? 504 : 502;
  return send_failed(status, given, messaging_error_of(*end.job), details);
}

} // namespace callboard::http
