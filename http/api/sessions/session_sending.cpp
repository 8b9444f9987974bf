#include "http/api/sessions/session_sending.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "http/api/messaging/messaging_json.hpp"
#include "http/api/sessions/session_json.hpp"
#include "http/pipeline/event_stream.hpp"
#include "text/json_writer.hpp"

namespace callboard::http {

namespace {

void add_location(response& to, const sent_message& sent) {
  to.add_header("Location", "/api/messaging/jobs/" + sent.job->spec->id.to_string());
}

/// A message that was sent, and not waited for or answered.
response sent_answer(const sent_message& sent, const message_end* end = nullptr) {
  response made{201, sent_message_body(sent, end)};
  add_location(made, sent);
  return made;
}

/// What the two calls about a message that is waited for share: they come one after the other.
struct waiting_sender {
  responder back;
  std::string given;
  std::optional<sent_message> sent;
  std::shared_ptr<event_stream> stream;
};

/// The request is answered when the job has ended.
void answer_at_end(const waiting_sender& to, const message_end& end) {
  to.back.send(end.answer ? sent_answer(*to.sent, &end) : failed_message(*to.sent, end, to.given));
}

/// The request is answered with a stream as soon as the message is stored.
void begin_stream(waiting_sender& to) {
  response head{200, {}, "text/event-stream"};
  add_location(head, *to.sent);
  to.stream = to.back.open_stream(std::move(head));
  if (to.stream)
    to.stream->send("user_message", user_message(*to.sent));
}

std::string error_event(const message_end& end) {
  std::string data;
  append_text(data, R"({"error":)",
              is_terminal(end.job->state) ? messaging_error_of(*end.job) : stopping_text);
  return render_event("error", data += '}');
}

std::string answer_events(const message_end& end) {
  std::string chunk;
  append_id(chunk, R"({"messageId":)", end.answer->id);
  append_text(chunk, R"(,"chunk":)", *end.answer->content);
  chunk += R"(,"index":0})";
  return render_event("chunk", chunk) + render_event("done", agent_response(end));
}

void end_stream(const waiting_sender& to, const message_end& end) {
  if (to.stream)
    to.stream->end(end.answer ? answer_events(end) : error_event(end));
}

} // namespace

void send_message(session_service& sessions, session_ref ref, read_message what,
                  const responder& back, std::string given) {
  const auto transport = what.transport;
  if (transport == message_transport::websocket)
    return sessions.send(
      std::move(ref), std::move(what.message),
      [back, given = std::move(given)](const session_result<sent_message>& sent) {
        back.send(sent ? sent_answer(*sent) : session_refusal(sent.error(), given));
      },
      {});
  back.allow(what.message.time_limit);
  const auto to = std::make_shared<waiting_sender>(
    waiting_sender{.back = back, .given = std::move(given), .sent = {}, .stream = {}});
  sessions.send(
    std::move(ref), std::move(what.message),
    [to, transport](session_result<sent_message> sent) {
      if (!sent)
        return to->back.send(session_refusal(sent.error(), to->given));
      to->sent = std::move(*sent);
      if (transport == message_transport::sse)
        begin_stream(*to);
    },
    [to, transport](const message_end& end) {
      if (transport == message_transport::sse)
        end_stream(*to, end);
      else
        answer_at_end(*to, end);
    });
}

} // namespace callboard::http
