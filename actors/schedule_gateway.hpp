#pragma once

#include <callboard/schedule_service.hpp>

#include "actors/interfaces.hpp"

namespace callboard::actors {

/// The engine's `schedule_service`: turns calls from any thread into messages to the registry.
class schedule_gateway final : public schedule_service {
public:
  /// @param zones where the zones of new schedules are looked up, on the caller's thread.
  schedule_gateway(registry_actor registry, core::zone_database zones);

  using schedule_service::cancel_run;
  using schedule_service::create;
  using schedule_service::get;
  using schedule_service::get_run;
  using schedule_service::list;
  using schedule_service::next_times;
  using schedule_service::remove;
  using schedule_service::run_now;
  using schedule_service::runs;
  using schedule_service::set_enabled;
  using schedule_service::update;

  void create(std::string organisation, schedule_definition wanted,
              callback<scheduled_job_ptr> done) override;
  void list(schedule_query query, callback<std::vector<scheduled_job_ptr>> done) override;
  void get(schedule_ref ref, callback<scheduled_job_ptr> done) override;
  void update(schedule_ref ref, schedule_edit edit, callback<scheduled_job_ptr> done) override;
  void set_enabled(schedule_ref ref, bool is_enabled, callback<scheduled_job_ptr> done) override;
  void remove(schedule_ref ref, callback<scheduled_job_ptr> done) override;
  void run_now(schedule_ref ref, callback<job_ptr> done) override;
  void runs(schedule_ref ref, run_query query, callback<std::vector<job_ptr>> done) override;
  void get_run(schedule_ref ref, uuid run, callback<job_ptr> done) override;
  void cancel_run(schedule_ref ref, uuid run, std::string reason, callback<job_ptr> done) override;
  void next_times(schedule_ref ref, std::optional<system_time> after, std::size_t count,
                  callback<std::vector<system_time>> done) override;

private:
  template <class Call>
  void send(Call call);

  registry_actor registry_;
  core::zone_database zones_;
};

} // namespace callboard::actors
