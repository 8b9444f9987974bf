#include "http/application.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "http/api/agent_jobs/agent_jobs.hpp"
#include "http/api/agent_jobs/job_type_routes.hpp"
#include "http/api/health.hpp"
#include "http/api/messaging/agent_list.hpp"
#include "http/api/messaging/messaging_jobs.hpp"
#include "http/api/schedules/schedule_runs.hpp"
#include "http/api/schedules/schedules.hpp"
#include "http/api/sessions/sessions.hpp"
#include "http/api/task_results.hpp"
#include "http/message/problem.hpp"
#include "http/pipeline/api_area.hpp"

namespace callboard::http {

namespace {

std::vector<route> all_routes(const http_options& options, service& jobs,
                              std::shared_ptr<task_callbacks> callbacks,
                              std::shared_ptr<const in_flight> shared) {
  auto table = messaging_routes(jobs, options.default_time_limit);
  const auto add = [&table](std::vector<route> more) {
    table.insert(table.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  };
  const auto types
    = std::make_shared<const job_type_table>(options.job_types, options.organisations);
  add(session_routes(jobs.sessions(), jobs.agents(), options.sessions, options.default_time_limit));
  add(agent_list_routes(jobs));
  add(agent_job_routes(jobs, types));
  add(job_type_routes(types));
  add(schedule_routes(jobs.schedules(), options.run_retry));
  add(schedule_run_routes(jobs.schedules()));
  add(health_routes(jobs, std::move(shared)));
  add(task_result_routes(std::move(callbacks)));
  return table;
}

} // namespace

application::application(const http_options& options, service& jobs,
                         std::shared_ptr<task_callbacks> callbacks,
                         std::shared_ptr<const in_flight> shared)
  : middleware_(options),
    callbacks_(callbacks),
    router_(all_routes(options, jobs, std::move(callbacks), std::move(shared))) {
  // nop
}

std::unique_ptr<screening> application::screen(request& head, steady_time now) noexcept {
  try {
    auto made = std::make_unique<screening>();
    made->refused = middleware_.screen(head, made->every_answer, now);
    put_method_first(head, made->refused);
    if (!made->refused)
      look_at_route(head, *made);
    made->id = std::move(head.id);
    made->organisation = head.organisation;
    made->key_name = head.key_name;
    return made;
  } catch (...) {
    return nullptr;
  }
}

void application::put_method_first(request& asked, std::optional<response>& refused) const {
  constexpr std::array<int, 3> later{401, 413, 415};
  if (!refused || std::find(later.begin(), later.end(), refused->status()) == later.end()
      || !area_of(asked.segments).is_method_first)
    return;
  const auto where = router_.find(asked);
  if (where.found == nullptr && !where.allow.empty())
    refused = refuse_method(area_of(asked.segments).form, where.allow);
}

void application::look_at_route(request& head, screening& found) const {
  const auto where = router_.find(head);
  found.wants_body = where.found != nullptr;
  if (where.found != nullptr && where.found->pattern == task_result_path)
    found.refused = refuse_task_result(head, callbacks_);
}

void application::handle(const std::shared_ptr<exchange>& received) noexcept {
  const responder back{received};
  try {
    dispatch(*received, back);
  } catch (...) {
    const auto form = area_of(received->received().segments).form;
    back.send(refuse_internal(form));
  }
}

void application::dispatch(exchange& received, const responder& back) {
  auto& asked = received.received();
  auto answered = received.screened()
                    ? middleware_.resume(asked, received.every_answer(), *received.screened())
                    : middleware_.screen(asked, received.every_answer(), received.came_at());
  put_method_first(asked, answered);
  if (answered)
    return back.send(std::move(*answered));
  const auto where = router_.find(asked);
  if (where.found == nullptr)
    return back.send(refuse_method(area_of(asked.segments).form, where.allow));
  where.found->run(asked, back);
}

} // namespace callboard::http
