#include "http/api/schedules/schedule_runs.hpp"

#include <optional>
#include <string>
#include <utility>

#include "http/api/body_reader.hpp"
#include "http/api/cancel_reason.hpp"
#include "http/api/query_reader.hpp"
#include "http/api/schedules/schedule_json.hpp"
#include "http/api/schedules/schedule_problem.hpp"
#include "http/message/services_problem.hpp"

namespace callboard::http {

namespace {

struct run_ref {
  schedule_ref job;
  uuid run;
};

/// The run that a request's path names, for the caller's eyes; else answers.
std::optional<run_ref> read_ref(const request& asked, const responder& back) {
  const auto job = uuid::parse(asked.parameters[0]);
  const auto run = uuid::parse(asked.parameters[1]);
  if (job && run)
    return run_ref{{*job, std::string{asked.organisation}, {}}, *run};
  back.send(job ? services_problem(404, "not_found", "run not found") : schedule_not_found());
  return std::nullopt;
}

callback<job_ptr> show(const responder& back) {
  return [back](const result<job_ptr>& run) {
    back.send(run ? response{200, run_details(**run)} : schedule_problem(run.error()));
  };
}

} // namespace

std::vector<route> schedule_run_routes(schedule_service& jobs) {
  const auto get = [&jobs](const request& asked, const responder& back) {
    query_reader query{asked.query};
    if (auto refused = refuse_rest(asked, query))
      return back.send(std::move(*refused));
    if (auto ref = read_ref(asked, back))
      jobs.get_run(std::move(ref->job), ref->run, show(back));
  };
  const auto cancel = [&jobs](const request& asked, const responder& back) {
    query_reader query{asked.query};
    auto reason = read_cancel_reason(asked, query, unknown_members::refused);
    if (!reason)
      return back.send(std::move(reason.error()));
    if (auto ref = read_ref(asked, back))
      jobs.cancel_run(std::move(ref->job), ref->run, *std::move(reason), show(back));
  };
  return {{method::get, "/api/jobs/:id/runs/:run_id", get},
          {method::post, "/api/jobs/:id/runs/:run_id/cancel", cancel}};
}

std::string schedule_run_path(const uuid& schedule, const uuid& run) {
  return "/api/jobs/" + schedule.to_string() + "/runs/" + run.to_string();
}

} // namespace callboard::http
