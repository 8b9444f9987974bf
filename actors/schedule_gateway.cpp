#include "actors/schedule_gateway.hpp"

#include <memory>
#include <utility>

namespace callboard::actors {

schedule_gateway::schedule_gateway(registry_actor registry, core::zone_database zones)
  : registry_(std::move(registry)), zones_(std::move(zones)) {
  // nop
}

template <class Call>
void schedule_gateway::send(Call call) {
  caf::anon_send(registry_, atom::arrange_v, std::make_shared<schedule_call>(std::move(call)));
}

void schedule_gateway::create(std::string organisation, schedule_definition wanted,
                              callback<scheduled_job_ptr> done) {
  auto parsed = core::validate(wanted, &zones_);
  if (!parsed)
    return done(tl::unexpected(std::move(parsed.error())));
  send(create_schedule{std::move(organisation), std::move(wanted), *std::move(parsed),
                       std::move(done)});
}

void schedule_gateway::list(schedule_query query, callback<std::vector<scheduled_job_ptr>> done) {
  send(list_schedules{std::move(query), std::move(done)});
}

void schedule_gateway::get(schedule_ref ref, callback<scheduled_job_ptr> done) {
  send(get_schedule{std::move(ref), std::move(done)});
}

void schedule_gateway::update(schedule_ref ref, schedule_edit edit,
                              callback<scheduled_job_ptr> done) {
  core::zone_ptr zone;
  if (!edit.timezone().empty())
    zone = zones_.find(edit.timezone()).value_or(nullptr);
  send(update_schedule{std::move(ref), std::move(edit), std::move(zone), std::move(done)});
}

void schedule_gateway::set_enabled(schedule_ref ref, bool is_enabled,
                                   callback<scheduled_job_ptr> done) {
  send(enable_schedule{std::move(ref), is_enabled, std::move(done)});
}

void schedule_gateway::remove(schedule_ref ref, callback<scheduled_job_ptr> done) {
  send(remove_schedule{std::move(ref), std::move(done)});
}

void schedule_gateway::run_now(schedule_ref ref, callback<job_ptr> done) {
  send(run_schedule{std::move(ref), std::move(done)});
}

void schedule_gateway::runs(schedule_ref ref, run_query query,
                            callback<std::vector<job_ptr>> done) {
  send(list_runs{std::move(ref), std::move(query), std::move(done)});
}

void schedule_gateway::get_run(schedule_ref ref, uuid run, callback<job_ptr> done) {
  send(get_one_run{std::move(ref), run, std::move(done)});
}

void schedule_gateway::cancel_run(schedule_ref ref, uuid run, std::string reason,
                                  callback<job_ptr> done) {
  send(cancel_one_run{std::move(ref), run, std::move(reason), std::move(done)});
}

void schedule_gateway::next_times(schedule_ref ref, std::optional<system_time> after,
                                  std::size_t count, callback<std::vector<system_time>> done) {
  send(actors::next_times{std::move(ref), after, count, std::move(done)});
}

} // namespace callboard::actors
