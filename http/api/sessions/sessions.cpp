#include "http/api/sessions/sessions.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/api/sessions/session_json.hpp"
#include "http/api/sessions/session_query.hpp"
#include "http/api/sessions/session_request.hpp"
#include "http/api/sessions/session_sending.hpp"

namespace callboard::http {

namespace {

/// The session that a request's path names, for the caller's eyes.
struct named_session {
  /// As the caller spelled it.
  std::string given;
  /// None: it can be no session's id.
  std::optional<session_ref> ref;

  explicit named_session(const request& asked) : given(asked.parameters[0]) {
    if (const auto id = uuid::parse(given))
      ref = session_ref{.id = *id, .organisation = std::string{asked.organisation}};
  }

  response not_found() const {
    return session_refusal({.code = session_errc::not_found}, given);
  }
};

/// What a message holds beside its texts, in bytes of JSON: names, ids, a time.
constexpr std::size_t bytes_around_texts = 256;

std::size_t page_bytes(const session_message_page& page) noexcept {
  std::size_t bytes = 0;
  for (const auto& each : page.messages)
    bytes += bytes_around_texts + (each.content ? each.content->size() : 0)
             + each.metadata.text().size();
  return bytes;
}

class sessions {
public:
  sessions(session_service& all, const std::vector<agent_info>& agents,
           const session_limits& limits, std::chrono::milliseconds default_time_limit)
    : sessions_(&all), agents_(&agents), limits_(limits), default_time_limit_(default_time_limit) {
    // nop
  }

  void create(const request& asked, const responder& back) const {
    auto wanted = read_new_session(asked, *agents_);
    if (!wanted)
      return back.send(std::move(wanted.error()));
    sessions_->create(std::move(*wanted), [back](const session_result<session_state>& made) {
      if (!made)
        return back.send(session_refusal(made.error(), {}));
      response answer{201, created_session(*made->record)};
      answer.add_header("Location",
                        "/api/messaging/sessions/" + made->record->spec->id.to_string());
      back.send(std::move(answer));
    });
  }

  void list(const request& asked, const responder& back) const {
    sessions_->list(std::string{asked.organisation}, read_session_limit(asked.query),
                    [back](session_result<session_list> page) {
                      if (!page)
                        return back.send(session_refusal(page.error(), {}));
                      const auto bytes = page->sessions.size() * 1024;
                      back.send_later(bytes, [page = std::move(*page)] {
                        return response{200, session_list_body(page)};
                      });
                    });
  }

  void health(const request&, const responder& back) const {
    sessions_->health([back](const session_health& health) {
      back.send(response{200, session_health_body(health)});
    });
  }

  void get(const request& asked, const responder& back) const {
    show(asked, back, &session_service::get);
  }

  void renew(const request& asked, const responder& back) const {
    show(asked, back, &session_service::renew);
  }

  void heartbeat(const request& asked, const responder& back) const {
    show(asked, back, &session_service::heartbeat);
  }

  void change_timeouts(const request& asked, const responder& back) const {
    named_session named{asked};
    if (!named.ref)
      return back.send(named.not_found());
    auto change = read_timeout_change(asked, limits_);
    if (!change)
      return refuse(std::move(named), back, std::move(change.error()));
    sessions_->change_timeouts(*named.ref, *change, info_to(back, named.given));
  }

  void remove(const request& asked, const responder& back) const {
    const named_session named{asked};
    if (!named.ref)
      return back.send(named.not_found());
    sessions_->remove(*named.ref,
                      [back, given = named.given](const session_result<session_state>& gone) {
                        back.send(gone ? response{200, deleted_session(*gone->record)}
                                       : session_refusal(gone.error(), given));
                      });
  }

  void send(const request& asked, const responder& back) const {
    auto read = read_session_message(asked, default_time_limit_);
    if (!read)
      return back.send(std::move(read.error()));
    named_session named{asked};
    if (!named.ref)
      return back.send(named.not_found());
    if (read->refused)
      return refuse(std::move(named), back, std::move(*read->refused));
    send_message(*sessions_, std::move(*named.ref), std::move(*read), back, std::move(named.given));
  }

  void messages(const request& asked, const responder& back) const {
    named_session named{asked};
    if (!named.ref)
      return back.send(named.not_found());
    const auto window = read_message_window(asked.query);
    if (!window)
      return refuse(std::move(named), back, session_fault(window.error()));
    session_message_query query;
    query.before = window->before;
    query.after = window->after;
    query.limit = window->limit;
    // Texts grow by their escapes: a page that is cut must not be one that is refused.
    query.text_bytes_max = back.list_bytes_max() / 2;
    sessions_->messages(*named.ref, std::move(query),
                        [back, given = named.given](session_result<session_message_page> page) {
                          if (!page)
                            return back.send(session_refusal(page.error(), given));
                          const auto bytes = page_bytes(*page);
                          back.send_later(bytes, [page = std::move(*page)] {
                            return response{200, session_messages(page)};
                          });
                        });
  }

private:
  using info_call = void (session_service::*)(session_ref, session_callback<session_state>);

  /// What a call answers that hands over the session.
  static session_callback<session_state> info_to(const responder& back, std::string given) {
    return [back, given = std::move(given)](const session_result<session_state>& found) {
      back.send(found ? response{200, session_info(*found->record, found->as_of)}
                      : session_refusal(found.error(), given));
    };
  }

  void show(const request& asked, const responder& back, info_call call) const {
    const named_session named{asked};
    if (!named.ref)
      return back.send(named.not_found());
    (sessions_->*call)(*named.ref, info_to(back, named.given));
  }

  /// Says what is wrong with a request, or first that there is no such session.
  void refuse(named_session named, const responder& back, response fault) const {
    const auto kept = std::make_shared<response>(std::move(fault));
    sessions_->get(*named.ref, [back, kept, given = std::move(named.given)](
                                 const session_result<session_state>& found) {
      back.send(found ? std::move(*kept) : session_refusal(found.error(), given));
    });
  }

  session_service* sessions_;
  const std::vector<agent_info>* agents_;
  session_limits limits_;
  std::chrono::milliseconds default_time_limit_;
};

} // namespace

std::vector<route> session_routes(session_service& all, const std::vector<agent_info>& agents,
                                  const session_limits& limits,
                                  std::chrono::milliseconds default_time_limit) {
  const sessions api{all, agents, limits, default_time_limit};
  const auto bind = [&api](void (sessions::*member)(const request&, const responder&) const) {
    return
      [api, member](const request& asked, const responder& back) { (api.*member)(asked, back); };
  };
  return {
    {method::post, "/api/messaging/sessions", bind(&sessions::create)},
    {method::get, "/api/messaging/sessions", bind(&sessions::list)},
    {method::get, "/api/messaging/sessions/health", bind(&sessions::health)},
    {method::get, "/api/messaging/sessions/:sessionId", bind(&sessions::get)},
    {method::remove, "/api/messaging/sessions/:sessionId", bind(&sessions::remove)},
    {method::post, "/api/messaging/sessions/:sessionId/renew", bind(&sessions::renew)},
    {method::post, "/api/messaging/sessions/:sessionId/heartbeat", bind(&sessions::heartbeat)},
    {method::patch, "/api/messaging/sessions/:sessionId/timeout", bind(&sessions::change_timeouts)},
    {method::post, "/api/messaging/sessions/:sessionId/messages", bind(&sessions::send)},
    {method::get, "/api/messaging/sessions/:sessionId/messages", bind(&sessions::messages)},
  };
}

} // namespace callboard::http
