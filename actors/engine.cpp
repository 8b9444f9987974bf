#include <callboard/engine.hpp>

#include <algorithm>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "actors/agent.hpp"
#include "actors/gateway.hpp"
#include "actors/registry/registry.hpp"
#include "actors/scheduler.hpp"
#include "actors/store_keeper.hpp"
#include "actors/supervisor.hpp"
#include "core/jobs/validation.hpp"
#include "core/sessions/session_rules.hpp"
#include "sync/relay.hpp"

namespace callboard {

namespace {

/// Messages that a busy actor handles before others get the thread: a flood must not starve them.
constexpr std::size_t messages_per_turn = 100;

struct system_config : caf::actor_system_config {
  explicit system_config(std::size_t threads) {
    // Workers wait on one queue instead of polling each other's: idle costs nothing, and on few
    // cores the way through several actors is shorter.
    actors::use_quiet_scheduler(*this);
    set("scheduler.max-threads", threads);
    set("scheduler.max-throughput", messages_per_turn);
  }
};

std::size_t threads_for(const engine_options& options) {
  if (options.threads > 0)
    return options.threads;
  return std::max(1u, std::thread::hardware_concurrency() / 2);
}

result<void> check(const engine_options& options, const store* jobs,
                   const std::vector<agent_binding>& agents) {
  if (!jobs)
    return fail(errc::invalid_argument, "store must not be null");
  if (options.jobs_max < 1 || options.live_jobs_max < 1 || options.held_text_bytes_max < 1)
    return fail(errc::invalid_argument,
                "jobs_max, live_jobs_max and held_text_bytes_max must be at least 1");
  if (options.message_retention.count() < 0 || options.finished_retention.count() < 0)
    return fail(errc::invalid_argument, "retention times must not be negative");
  if (!core::are_usable(options.sessions))
    return fail(errc::invalid_argument,
                "session limits must be greater than 0, up to 400 years, and in order");
  std::set<uuid> ids;
  for (const auto& one : agents) {
    if (!one.runner)
      return fail(errc::invalid_argument, "agent " + one.info.name + " has no runner");
    if (one.info.concurrency < 1)
      return fail(errc::invalid_argument,
                  "concurrency of agent " + one.info.name + " must be at least 1");
    if (auto ok = core::check_agent_retry(one.info.retry); !ok)
      return fail(errc::invalid_argument, "agent " + one.info.name + ": " + ok.error().message);
    if (one.info.id.is_nil() || !ids.insert(one.info.id).second)
      return fail(errc::invalid_argument,
                  "agent " + one.info.name + " needs an id that no other agent has");
  }
  return {};
}

/// Failed attempts that are kept while there is no listener: a start with that many jobs whose agent is gone.
constexpr std::size_t early_failures_max = 10'000;

/// An attempt of a schedule's run that failed.
struct failed_attempt {
  scheduled_job of;
  job run;
};

} // namespace

struct engine::implementation {
  implementation(const engine_options& options, std::unique_ptr<store> jobs,
                 std::vector<agent_binding> agents, actors::held_jobs stored, engine_observers told)
    : found{stored.live.size(), stored.delayed.total(), stored.schedules.size()},
      config(threads_for(options)),
      system(config) {
    std::shared_ptr<store> shared_store = std::move(jobs);
    actors::registry_start start;
    start.options = options;
    start.is_durable = shared_store->is_durable();
    start.stored = std::move(stored);
    start.observers = std::move(told);
    start.on_failed_attempt = [this](const scheduled_job& of, const job& run) {
      failures.pass({of, run});
    };
    start.jobs = std::make_shared<actors::job_table>();
    // Stores block, so their keeper has a thread of its own.
    start.keeper = system.spawn<caf::detached>(actors::store_keeper, shared_store);
    // So has a second one that only reads, or lists would wait for commits. (A memory store never
    // waits, and must be read after what was acknowledged before has been written: by the same actor.)
    start.reader = start.is_durable
                     ? system.spawn<caf::detached>(actors::store_keeper, std::move(shared_store))
                     : start.keeper;
    const actors::history_source history{start.reader, options.sessions.history_messages};
    for (auto& one : agents) {
      start.agents.push_back(one.info);
      start.agent_actors.push_back(system.spawn(actors::agent, &context, std::move(one), history));
    }
    start.agent_actors.push_back(
      system.spawn(actors::agent, &context, actors::callback_binding(), history));
    auto infos = start.agents;
    const auto held = start.jobs;
    auto zones = core::zones_in(start.options.zone_directory);
    actors::supervised watched;
    watched.keeper = start.keeper;
    watched.reader = start.reader;
    watched.agents = start.agent_actors;
    registry = system.spawn(actors::registry, &context, std::move(start));
    watched.registry = registry;
    watched.on_fatal = [this](std::string_view fault) { fatal.pass(std::string{fault}); };
    supervisor = system.spawn(actors::supervisor, std::move(watched));
    gateway = std::make_unique<actors::gateway>(registry, held, std::move(infos), std::move(zones));
  }

  ~implementation() {
    drain(std::chrono::milliseconds{0});
    // Our handle keeps the supervisor alive until it has seen the others end.
    caf::anon_send(supervisor, atom::stop_v);
    system.await_all_actors_done();
  }

  void drain(std::chrono::milliseconds grace) {
    auto done = std::make_shared<std::promise<void>>();
    auto is_done = done->get_future();
    auto call = std::make_shared<actors::drain_call>();
    call->grace = grace;
    call->done = [done] { done->set_value(); };
    done.reset();
    caf::anon_send(registry, atom::drain_v, std::move(call));
    // If the registry has ended by a fault the call is dropped, and its promise with it.
    is_done.wait();
  }

  const resumed_jobs found;
  actors::engine_context context = actors::real_context();
  sync::relay<std::string> fatal{1, sync::replay::last};
  sync::relay<failed_attempt> failures{early_failures_max};
  system_config config;
  caf::actor_system system;
  actors::registry_actor registry;
  actors::supervisor_actor supervisor;
  std::unique_ptr<actors::gateway> gateway;
};

result<engine> engine::start(engine_options options, std::unique_ptr<store> jobs,
                             std::vector<agent_binding> agents, engine_observers told) {
  if (auto ok = check(options, jobs.get(), agents); !ok)
    return tl::unexpected(std::move(ok.error()));
  // What a store keeps in memory anyway may as well be held.
  const auto due_before = jobs->is_durable() ? to_system_time(std::chrono::system_clock::now())
                                                 + actors::delayed_horizon
                                             : system_time::max();
  auto live = jobs->load_live(due_before);
  if (!live)
    return tl::unexpected(std::move(live.error()));
  const auto later = jobs->count_delayed(due_before);
  if (!later)
    return tl::unexpected(later.error());
  auto finished
    = jobs->load_finished(job_kind::message, options.jobs_max, options.held_text_bytes_max);
  if (!finished)
    return tl::unexpected(std::move(finished.error()));
  auto sessions = jobs->load_sessions();
  if (!sessions)
    return tl::unexpected(std::move(sessions.error()));
  auto schedules = jobs->load_schedules();
  if (!schedules)
    return tl::unexpected(std::move(schedules.error()));
  return engine{std::make_unique<implementation>(
    options, std::move(jobs), std::move(agents),
    actors::held_jobs{std::move(*live), std::move(*finished), due_before,
                      core::organisation_counts{*later}, std::move(*schedules),
                      std::move(*sessions)},
    std::move(told))};
}

engine::engine(std::unique_ptr<implementation> impl) : impl_(std::move(impl)) {
  // nop
}

engine::engine(engine&&) noexcept = default;

engine& engine::operator=(engine&&) noexcept = default;

engine::~engine() = default;

service& engine::jobs() noexcept {
  return *impl_->gateway;
}

resumed_jobs engine::resumed() const noexcept {
  return impl_->found;
}

void engine::drain(std::chrono::milliseconds grace) {
  impl_->drain(grace);
}

void engine::on_failed_attempt(failed_attempt_sink told) {
  if (!told)
    return impl_->failures.listen({});
  impl_->failures.listen(
    [told = std::move(told)](const failed_attempt& each) { told(each.of, each.run); });
}

void engine::on_fatal(std::function<void(std::string_view)> told) {
  if (!told)
    return impl_->fatal.listen({});
  impl_->fatal.listen([told = std::move(told)](const std::string& fault) { told(fault); });
}

} // namespace callboard
