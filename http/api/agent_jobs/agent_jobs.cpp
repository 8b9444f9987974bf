#include "http/api/agent_jobs/agent_jobs.hpp"

#include <random>
#include <string>

#include "http/api/agent_jobs/activity_query.hpp"
#include "http/api/agent_jobs/agent_jobs_body.hpp"
#include "http/api/agent_jobs/agent_jobs_json.hpp"
#include "http/api/agent_jobs/agent_jobs_query.hpp"
#include "http/api/cancel_reason.hpp"
#include "http/api/error_table.hpp"
#include "http/api/list_bytes.hpp"
#include "http/message/services_problem.hpp"
#include "http/pipeline/waiting.hpp"

namespace callboard::http {

namespace {

response job_not_found(std::string_view id) {
  return services_problem(404, "not_found", "Job with ID '" + std::string{id} + "' not found");
}

constexpr error_table words{error_form::services,
                            {{{errc::invalid_argument, 400, "invalid_request"},
                              {errc::not_found, 404, "not_found"},
                              {errc::agent_not_found, 500, "internal", server_failed},
                              {errc::no_agents, 500, "internal", server_failed},
                              {errc::forbidden, 403, "forbidden"},
                              {errc::gone, 410, "gone"},
                              {errc::conflict, 409, "conflict"},
                              {errc::version_mismatch, 412, "version_mismatch"},
                              {errc::capacity, 503, "capacity"},
                              {errc::agent_busy, 503, "capacity"},
                              {errc::too_many_requests, 429, "too_many_requests"},
                              {errc::unavailable, 503, "unavailable"},
                              {errc::io, 500, "internal", server_failed},
                              {errc::internal, 500, "internal", server_failed}}}};

/// What the service refused, in the words of the API.
/// @param own the caller's organisation
response refuse(const error& fault, std::string_view own, std::string_view id = {}) {
  if (fault.code == errc::not_found)
    return job_not_found(id);
  if (fault.code == errc::forbidden)
    return refuse_organisation("the job belongs to another organisation", own);
  if (fault.state)
    return services_problem(409, "conflict",
                            "Job with ID '" + std::string{id} + "' is already "
                              + std::string{agent_job_status(*fault.state)});
  return refuse(words, fault);
}

/// The job that a request names, for the caller's eyes; none if it can be no job's id.
std::optional<job_ref> read_ref(std::string_view name, const request& asked) {
  const auto id = uuid::parse(name);
  if (!id)
    return std::nullopt;
  return job_ref{
    .id = *id, .kind = job_kind::agent, .organisation = std::string{asked.organisation}};
}

std::int64_t random_up_to(std::int64_t most) {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_int_distribution<std::int64_t>{0, most}(generator);
}

/// How long to wait; what is wrong with `?wait` is noted with the rest of the query.
wait_choice read_wait_of(const request& asked, query_reader& query) {
  const auto wait = read_wait(asked);
  query.text("wait");
  if (!wait)
    query.refuse("wait", "must be a number of seconds, 0 or more");
  return wait.value_or(wait_choice{});
}

class agent_jobs {
public:
  agent_jobs(service& jobs, std::shared_ptr<const job_type_table> types)
    : jobs_(&jobs), types_(std::move(types)) {
    // nop
  }

  void create(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    const auto wait = read_wait_of(asked, query);
    const auto now = to_system_time(std::chrono::system_clock::now());
    auto wanted = read_new_agent_job(asked, query, {*types_, now, random_up_to});
    if (!wanted)
      return back.send(std::move(wanted.error()));
    jobs_->submit(std::move(*wanted), wait.time,
                  [back, wait, own = std::string{asked.organisation}](const result<job_ptr>& made) {
                    if (!made)
                      return back.send(refuse(made.error(), own));
                    response answer{201, agent_job_details(**made)};
                    answer.add_header("Location",
                                      "/services/agent-jobs/" + (*made)->spec->id.to_string());
                    add_preference_applied(answer, wait);
                    back.send(std::move(answer));
                  });
  }

  void get(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    const auto wait = read_wait_of(asked, query);
    const auto activities = read_included_activities(query);
    query.ignore("org_id");
    query.refuse_others();
    if (!query.faults().empty())
      return back.send(refuse_fields(query.faults()));
    auto ref = read_ref(asked.parameters[0], asked);
    if (!ref)
      return back.send(job_not_found(asked.parameters[0]));
    auto show = [back, wait, activities, jobs = jobs_, own = ref->organisation,
                 id = ref->id](const result<job_ptr>& found) {
      if (!found)
        return back.send(refuse(found.error(), own, id.to_string()));
      response made{200, activities ? agent_job_details(**found, *activities, jobs->agents())
                                    : agent_job_details(**found)};
      add_preference_applied(made, wait);
      back.send(std::move(made));
    };
    get_or_wait(*jobs_, std::move(*ref), wait.time, std::move(show));
  }

  void activities(const request& asked, const responder& back) const {
    auto wanted = read_activity_request(asked);
    if (!wanted)
      return back.send(std::move(wanted.error()));
    const auto ref = read_ref(wanted->job_id, asked);
    if (!ref)
      return back.send(job_not_found(wanted->job_id));
    jobs_->get(*ref, [back, jobs = jobs_, own = ref->organisation,
                      wanted = *std::move(wanted)](result<job_ptr> found) {
      if (!found)
        return back.send(refuse(found.error(), own, wanted.job_id));
      const auto bytes = activity_bytes(**found);
      back.send_later(bytes, [found = *std::move(found), wanted, jobs] {
        return response{200, activity_list(*found, wanted.wanted, jobs->agents())};
      });
    });
  }

  void list(const request& asked, const responder& back) const {
    auto listing = read_agent_job_query(asked);
    if (!listing)
      return back.send(std::move(listing.error()));
    listing->query.text_bytes_max = back.list_bytes_max();
    auto query = listing->query;
    auto show = [back, jobs = jobs_, listing = *std::move(listing)](result<job_page> page) {
      if (!page)
        return back.send(refuse(page.error(), listing.query.organisation));
      // A thousand jobs may be megabytes of text: engine threads have better things to do.
      const auto bytes = agent_job_list_bytes(*page, listing);
      back.send_later(bytes, [page = *std::move(page), listing, jobs] {
        return response{200, agent_job_list(page, listing, jobs->agents())};
      });
    };
    jobs_->list(std::move(query), std::move(show));
  }

  void cancel(const request& asked, const responder& back) const {
    query_reader query{asked.query};
    query.ignore("org_id");
    auto reason = read_cancel_reason(asked, query, unknown_members::ignored);
    if (!reason)
      return back.send(std::move(reason.error()));
    const auto ref = read_ref(asked.parameters[0], asked);
    if (!ref)
      return back.send(job_not_found(asked.parameters[0]));
    jobs_->cancel(*ref, std::move(*reason),
                  [back, own = ref->organisation, id = ref->id](const result<job_ptr>& done) {
                    back.send(done ? response{200, agent_job_canceled(**done)}
                                   : refuse(done.error(), own, id.to_string()));
                  });
  }

private:
  service* jobs_;
  std::shared_ptr<const job_type_table> types_;
};

} // namespace

std::vector<route> agent_job_routes(service& jobs, std::shared_ptr<const job_type_table> types) {
  const agent_jobs api{jobs, std::move(types)};
  const auto bind = [&api](void (agent_jobs::*member)(const request&, const responder&) const) {
    return
      [api, member](const request& asked, const responder& back) { (api.*member)(asked, back); };
  };
  return {{method::post, "/services/agent-jobs", bind(&agent_jobs::create)},
          {method::get, "/services/agent-jobs", bind(&agent_jobs::list)},
          {method::get, "/services/agent-jobs/:id", bind(&agent_jobs::get)},
          {method::get, "/services/activities", bind(&agent_jobs::activities)},
          {method::remove, "/services/agent-jobs/:id", bind(&agent_jobs::cancel)}};
}

} // namespace callboard::http
