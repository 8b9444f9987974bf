#include "http/api/schedules/schedules.hpp"

#include <string>
#include <utility>

#include "http/api/body_reader.hpp"
#include "http/api/if_match.hpp"
#include "http/api/list_bytes.hpp"
#include "http/api/query_reader.hpp"
#include "http/api/schedules/schedule_body.hpp"
#include "http/api/schedules/schedule_json.hpp"
#include "http/api/schedules/schedule_problem.hpp"
#include "http/api/schedules/schedule_runs.hpp"
#include "http/message/services_problem.hpp"
#include "text/percent.hpp"

namespace callboard::http {

namespace {

constexpr std::int64_t list_max = 1000;
constexpr std::int64_t runs_default = 50;
constexpr std::int64_t times_default = 10;

/// What the service refused, in the words of the API.
response refuse(const error& fault) {
  return schedule_problem(fault);
}

/// The job that a request's path names, for the caller's eyes; none if it can be no job's id.
std::optional<schedule_ref> read_ref(const request& asked) {
  const auto id = uuid::parse(asked.parameters[0]);
  if (!id)
    return std::nullopt;
  return schedule_ref{*id, std::string{asked.organisation}, {}};
}

schedule_query read_schedule_query(query_reader& from, const request& asked) {
  schedule_query wanted;
  wanted.organisation = asked.organisation;
  wanted.name = from.text("name");
  if (const auto agent = from.text("agentId")) {
    wanted.agent_id = uuid::parse(*agent);
    if (!wanted.agent_id)
      from.refuse("agentId", "must be a UUID");
  }
  if (const auto status = from.text("status")) {
    wanted.status = parse_schedule_status(*status);
    if (!wanted.status)
      from.refuse("status", "must be active, paused or completed");
  }
  if (auto after = from.text("after"))
    wanted.after = schedule_place{*std::move(after), wanted.organisation};
  return wanted;
}

/// The link to the page behind a job.
std::string next_page(const schedule_query& asked, std::int64_t limit, const std::string& last) {
  auto link = "</api/jobs?limit=" + std::to_string(limit) + "&after=" + percent_encode(last);
  if (asked.name)
    link += "&name=" + percent_encode(*asked.name);
  if (asked.agent_id)
    link += "&agentId=" + asked.agent_id->to_string();
  if (asked.status)
    link.append("&status=").append(to_string(*asked.status));
  return link + R"(>; rel="next")";
}

class schedule_routes_of {
public:
  schedule_routes_of(schedule_service& jobs, std::optional<retry_policy> default_retry)
    : jobs_(&jobs), default_retry_(std::move(default_retry)) {
    // nop
  }

  void create(const request& asked, const responder& back) const {
    auto wanted = read_new_schedule(asked, default_retry_);
    if (!wanted)
      return back.send(std::move(wanted.error()));
    jobs_->create(std::string{asked.organisation}, *std::move(wanted),
                  [back, *this](const result<scheduled_job_ptr>& made) {
                    if (!made)
                      return back.send(refuse(made.error()));
                    auto answer = details(201, **made);
                    answer.add_header("Location", "/api/jobs/" + (*made)->id.to_string());
                    back.send(std::move(answer));
                  });
  }

  void list(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    auto wanted = read_schedule_query(query, asked);
    const auto limit = query.integer("limit", 1, list_max);
    if (auto refused = refuse_rest(asked, query))
      return back.send(std::move(*refused));
    if (limit) // one more tells whether there is a next page
      wanted.limit = static_cast<std::size_t>(*limit) + 1;
    auto show = [back, wanted, limit,
                 retry = default_retry_](result<std::vector<scheduled_job_ptr>> found) {
      if (!found)
        return back.send(refuse(found.error()));
      response head{200, {}};
      if (limit && found->size() > static_cast<std::size_t>(*limit)) {
        found->pop_back();
        head.add_header("Link", next_page(wanted, *limit, found->back()->definition->name));
      }
      // There may be many: engine threads have better things to do.
      const auto bytes = list_bytes(*found);
      back.send_in_portions(bytes, std::move(head), schedule_list(*std::move(found), retry));
    };
    jobs_->list(std::move(wanted), std::move(show));
  }

  void get(const request& asked, const responder& back) const {
    if (auto ref = plain_ref_for(asked, back))
      jobs_->get(*std::move(ref), show(back));
  }

  void update(const request& asked, const responder& back) const {
    auto edit = read_schedule_edit(asked, default_retry_);
    if (!edit)
      return back.send(std::move(edit.error()));
    auto ref = ref_for(asked, back);
    if (!ref)
      return;
    ref->versions = read_if_match(asked);
    jobs_->update(*std::move(ref), *std::move(edit), show(back));
  }

  void remove(const request& asked, const responder& back) const {
    auto ref = plain_ref_for(asked, back);
    if (!ref)
      return;
    ref->versions = read_if_match(asked);
    jobs_->remove(*std::move(ref), [back](const result<scheduled_job_ptr>& gone) {
      back.send(gone ? response{200, schedule_deleted(**gone)} : refuse(gone.error()));
    });
  }

  void run(const request& asked, const responder& back) const {
    if (auto ref = plain_ref_for(asked, back))
      jobs_->run_now(*ref, [back, job = ref->id](const result<job_ptr>& run) {
        if (!run)
          return back.send(refuse(run.error()));
        response started{202, run_started(**run)};
        started.add_header("Location", schedule_run_path(job, (*run)->spec->id));
        back.send(std::move(started));
      });
  }

  void pause(const request& asked, const responder& back) const {
    if (auto ref = plain_ref_for(asked, back))
      jobs_->set_enabled(*std::move(ref), false, show(back));
  }

  void resume(const request& asked, const responder& back) const {
    if (auto ref = plain_ref_for(asked, back))
      jobs_->set_enabled(*std::move(ref), true, show(back));
  }

  void runs(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    run_query wanted;
    wanted.limit
      = static_cast<std::size_t>(query.integer("limit", 1, list_max).value_or(runs_default));
    wanted.text_bytes_max = back.list_bytes_max();
    if (const auto status = query.text("status")) {
      const auto state = parse_job_state(*status);
      if (state && *state != job_state::scheduled)
        wanted.states = {*state};
      else
        query.refuse("status",
                     "must be pending, processing, completed, failed, timeout or canceled");
    }
    if (auto refused = refuse_rest(asked, query))
      return back.send(std::move(*refused));
    auto ref = ref_for(asked, back);
    if (!ref)
      return;
    jobs_->runs(*std::move(ref), std::move(wanted), [back](result<std::vector<job_ptr>> found) {
      if (!found)
        return back.send(refuse(found.error()));
      const auto bytes = list_bytes(*found);
      back.send_later(bytes, [found = *std::move(found)] {
        return response{200, run_list(found)};
      });
    });
  }

  void next(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    const auto count = query.integer("count", 1, list_max).value_or(times_default);
    const auto after = query.time("after");
    if (auto refused = refuse_rest(asked, query))
      return back.send(std::move(*refused));
    if (auto ref = ref_for(asked, back))
      jobs_->next_times(
        *std::move(ref), after, static_cast<std::size_t>(count),
        [back](const result<std::vector<system_time>>& times) {
          back.send(times ? response{200, time_list(*times)} : refuse(times.error()));
        });
  }

private:
  static std::optional<schedule_ref> ref_for(const request& asked, const responder& back) {
    auto ref = read_ref(asked);
    if (!ref)
      back.send(schedule_not_found());
    return ref;
  }

  /// The same for a route that knows no parameters and takes no body.
  static std::optional<schedule_ref> plain_ref_for(const request& asked, const responder& back) {
    query_reader query{asked.query};
    if (auto refused = refuse_rest(asked, query)) {
      back.send(std::move(*refused));
      return std::nullopt;
    }
    return ref_for(asked, back);
  }

  response details(int status, const scheduled_job& shown) const {
    response made{status, schedule_details(shown, default_retry_)};
    made.add_header("ETag", '"' + std::to_string(shown.version) + '"');
    return made;
  }

  callback<scheduled_job_ptr> show(const responder& back) const {
    return [back, *this](const result<scheduled_job_ptr>& found) {
      back.send(found ? details(200, **found) : refuse(found.error()));
    };
  }

  schedule_service* jobs_;
  std::optional<retry_policy> default_retry_;
};

} // namespace

std::vector<route> schedule_routes(schedule_service& jobs,
                                   std::optional<retry_policy> default_retry) {
  using api = schedule_routes_of;
  const api all{jobs, std::move(default_retry)};
  const auto bind = [&all](void (api::*member)(const request&, const responder&) const) {
    return
      [all, member](const request& asked, const responder& back) { (all.*member)(asked, back); };
  };
  return {{method::post, "/api/jobs", bind(&api::create)},
          {method::get, "/api/jobs", bind(&api::list)},
          {method::get, "/api/jobs/:id", bind(&api::get)},
          {method::patch, "/api/jobs/:id", bind(&api::update)},
          {method::remove, "/api/jobs/:id", bind(&api::remove)},
          {method::post, "/api/jobs/:id/run", bind(&api::run)},
          {method::post, "/api/jobs/:id/pause", bind(&api::pause)},
          {method::post, "/api/jobs/:id/resume", bind(&api::resume)},
          {method::get, "/api/jobs/:id/runs", bind(&api::runs)},
          {method::get, "/api/jobs/:id/next", bind(&api::next)}};
}

} // namespace callboard::http
