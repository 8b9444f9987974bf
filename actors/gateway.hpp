#pragma once

#include <memory>
#include <vector>

#include <callboard/service.hpp>

#include "actors/interfaces.hpp"
#include "actors/registry/job_table.hpp"
#include "actors/schedule_gateway.hpp"
#include "actors/sessions/session_gateway.hpp"

namespace callboard::actors {

/// The engine's `service`: turns calls from any thread into messages to the registry, which answers
/// them by their callbacks. It holds no state and so needs no mailbox of its own. Jobs that are held
/// are read at once, on the caller's thread.
class gateway final : public service {
public:
  /// @param held what the registry holds; snapshots are read from it without asking.
  /// @param zones where callers' threads look up the time zones of schedules.
  gateway(registry_actor registry, std::shared_ptr<const job_table> held,
          std::vector<agent_info> agents, core::zone_database zones);

  using service::cancel;
  using service::get;
  using service::health;
  using service::list;
  using service::submit;
  using service::wait;

  void submit(new_job job, std::chrono::milliseconds wait, callback<job_ptr> done) override;
  void get(job_ref ref, callback<job_ptr> done) override;
  void wait(job_ref ref, std::chrono::milliseconds timeout, callback<job_ptr> done) override;
  void cancel(job_ref ref, std::string reason, callback<job_ptr> done) override;
  void list(job_query query, callback<job_page> done) override;
  void health(std::function<void(engine_health)> done) override;
  const std::vector<agent_info>& agents() const noexcept override;
  schedule_service& schedules() noexcept override;
  session_service& sessions() noexcept override;

private:
  registry_actor registry_;
  schedule_gateway schedules_;
  session_gateway sessions_;
  std::shared_ptr<const job_table> held_;
  std::vector<agent_info> agents_;
};

} // namespace callboard::actors
