#include "actors/gateway.hpp"

#include <memory>
#include <utility>

#include "core/jobs/access.hpp"

namespace callboard::actors {

gateway::gateway(registry_actor registry, std::shared_ptr<const job_table> held,
                 std::vector<agent_info> agents, core::zone_database zones)
  : registry_(std::move(registry)),
    schedules_(registry_, std::move(zones)),
    sessions_(registry_),
    held_(std::move(held)),
    agents_(std::move(agents)) {
  // nop
}

void gateway::submit(new_job job, std::chrono::milliseconds wait, callback<job_ptr> done) {
  caf::anon_send(registry_, atom::submit_v,
                 std::make_shared<submit_call>(submit_call{std::move(job), wait, std::move(done)}));
}

void gateway::get(job_ref ref, callback<job_ptr> done) {
  if (auto found = held_->visible(ref.id)) {
    done(core::visible_to(ref, std::move(found)));
    return;
  }
  caf::anon_send(registry_, atom::get_v,
                 std::make_shared<job_call>(job_call{std::move(ref), {}, {}, std::move(done)}));
}

void gateway::wait(job_ref ref, std::chrono::milliseconds timeout, callback<job_ptr> done) {
  caf::anon_send(
    registry_, atom::wait_v,
    std::make_shared<job_call>(job_call{std::move(ref), timeout, {}, std::move(done)}));
}

void gateway::cancel(job_ref ref, std::string reason, callback<job_ptr> done) {
  caf::anon_send(
    registry_, atom::cancel_v,
    std::make_shared<job_call>(job_call{std::move(ref), {}, std::move(reason), std::move(done)}));
}

void gateway::list(job_query query, callback<job_page> done) {
  caf::anon_send(registry_, atom::list_v,
                 std::make_shared<list_call>(list_call{std::move(query), std::move(done)}));
}

void gateway::health(std::function<void(engine_health)> done) {
  caf::anon_send(registry_, atom::report_v,
                 std::make_shared<health_call>(health_call{std::move(done)}));
}

schedule_service& gateway::schedules() noexcept {
  return schedules_;
}

session_service& gateway::sessions() noexcept {
  return sessions_;
}

const std::vector<agent_info>& gateway::agents() const noexcept {
  return agents_;
}

} // namespace callboard::actors
