#include "http/api/messaging/messaging_jobs.hpp"

#include <string>

#include "http/api/error_table.hpp"
#include "http/api/list_bytes.hpp"
#include "http/api/messaging/messaging_json.hpp"
#include "http/api/messaging/messaging_request.hpp"
#include "http/message/messaging_error.hpp"
#include "http/pipeline/waiting.hpp"

namespace callboard::http {

namespace {

constexpr std::string_view job_not_found = "Job not found";

/// The engine's own texts for `capacity` and `agent_busy` are those of the API.
constexpr error_table words{error_form::messaging,
                            {{{errc::invalid_argument, 400},
                              {errc::not_found, 404, {}, job_not_found},
                              {errc::agent_not_found, 404},
                              {errc::no_agents, 404, {}, "No agents available on server"},
                              {errc::forbidden, 404, {}, job_not_found},
                              {errc::gone, 410},
                              {errc::conflict, 409},
                              {errc::version_mismatch, 412},
                              {errc::capacity, 503},
                              {errc::agent_busy, 503},
                              {errc::too_many_requests, 429},
                              {errc::unavailable, 503},
                              {errc::io, 500, {}, "Internal server error"},
                              {errc::internal, 500, {}, "Internal server error"}}}};

/// What the service refused, in the words of the API.
response refuse(const error& fault) {
  if (fault.state)
    return messaging_error(409, "Job is already " + std::string{messaging_status(*fault.state)});
  return refuse(words, fault);
}

/// The job that a request's path names, for the caller's eyes; none if it can be no job's id.
std::optional<job_ref> read_ref(const request& asked) {
  const auto id = uuid::parse(asked.parameters[0]);
  if (!id)
    return std::nullopt;
  return job_ref{
    .id = *id, .kind = job_kind::message, .organisation = std::string{asked.organisation}};
}

class messaging_jobs {
public:
  messaging_jobs(service& jobs, std::chrono::milliseconds default_time_limit)
    : jobs_(&jobs), default_time_limit_(default_time_limit) {
    // nop
  }

  void create(const request& asked, const responder& back) const {
    const auto wait = read_wait(asked);
    if (!wait)
      return back.send(refuse(wait.error()));
    auto wanted = read_new_message(asked, jobs_->agents(), default_time_limit_);
    if (!wanted)
      return back.send(std::move(wanted.error()));
    jobs_->submit(std::move(*wanted), wait->time,
                  [back, wait = *wait](const result<job_ptr>& made) {
                    back.send(made ? created(**made, wait) : refuse(made.error()));
                  });
  }

  void get(const request& asked, const responder& back) const {
    const auto wait = read_wait(asked);
    if (!wait)
      return back.send(refuse(wait.error()));
    auto ref = read_ref(asked);
    if (!ref)
      return back.send(messaging_error(404, job_not_found));
    auto show = [back, wait = *wait](const result<job_ptr>& found) {
      auto made = found ? response{200, messaging_details(**found)} : refuse(found.error());
      if (found)
        add_preference_applied(made, wait);
      back.send(std::move(made));
    };
    get_or_wait(*jobs_, std::move(*ref), wait->time, std::move(show));
  }

  void list(const request& asked, const responder& back) const {
    job_query query;
    query.kind = job_kind::message;
    query.organisation = asked.organisation;
    query.states = read_status_filter(asked.query);
    query.limit = read_limit(asked.query);
    query.text_bytes_max = back.list_bytes_max();
    jobs_->list(std::move(query), [back](result<job_page> page) {
      if (!page)
        return back.send(refuse(page.error()));
      // A thousand jobs may be 50 MB of text: engine threads have better things to do.
      const auto bytes = list_bytes(page->jobs);
      back.send_later(bytes, [page = std::move(*page)] {
        return response{200, messaging_list(page)};
      });
    });
  }

  void health(const request&, const responder& back) const {
    jobs_->health([back](const engine_health& health) {
      const auto now = to_system_time(std::chrono::system_clock::now());
      back.send(response{200, messaging_health(health, now)});
    });
  }

  void cancel(const request& asked, const responder& back) const {
    const auto ref = read_ref(asked);
    if (!ref)
      return back.send(messaging_error(404, job_not_found));
    jobs_->cancel(*ref, {}, [back](const result<job_ptr>& done) {
      back.send(done ? response{200, messaging_details(**done)} : refuse(done.error()));
    });
  }

private:
  static response created(const job& made, const wait_choice& wait) {
    const auto is_over = wait.time.count() > 0 && is_terminal(made.state);
    response answer{201, is_over ? messaging_details(made) : messaging_created(made)};
    answer.add_header("Location", "/api/messaging/jobs/" + made.spec->id.to_string());
    add_preference_applied(answer, wait);
    return answer;
  }

  service* jobs_;
  std::chrono::milliseconds default_time_limit_;
};

} // namespace

std::vector<route> messaging_routes(service& jobs, std::chrono::milliseconds default_time_limit) {
  const messaging_jobs api{jobs, default_time_limit};
  const auto bind = [&api](void (messaging_jobs::*member)(const request&, const responder&) const) {
    return
      [api, member](const request& asked, const responder& back) { (api.*member)(asked, back); };
  };
  return {{method::post, "/api/messaging/jobs", bind(&messaging_jobs::create)},
          {method::get, "/api/messaging/jobs", bind(&messaging_jobs::list)},
          {method::get, "/api/messaging/jobs/health", bind(&messaging_jobs::health)},
          {method::get, "/api/messaging/jobs/:jobId", bind(&messaging_jobs::get)},
          {method::post, "/api/messaging/jobs/:jobId/cancel", bind(&messaging_jobs::cancel)}};
}

} // namespace callboard::http
