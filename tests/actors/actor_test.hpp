#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <gtest/gtest.h>

#include "actors/agent.hpp"
#include "actors/gateway.hpp"
#include "actors/registry/registry.hpp"
#include "core/calendar/time_zone.hpp"
#include "tests/actors/scripts.hpp"

namespace callboard::actors::test {

using namespace std::chrono_literals;

/// Registry, agents and a scripted store keeper in virtual time, on the test's own thread.
class actor_test : public ::testing::Test {
protected:
  /// The wall time at which virtual time begins.
  static constexpr system_time wall_start{1'800'000'000'000ms};
  static constexpr auto first_agent = "550e8400-e29b-41d4-a716-446655440000";

  void TearDown() override {
    // Jobs that a test left live must end too, or the system would wait for them for ever.
    if (registry_)
      drain(0ms);
    for (const auto& one : actors_)
      self_->send_exit(one, caf::exit_reason::kill);
    run();
    actors_.clear();
    keeper_ = nullptr;
    jobs.reset();
    registry_ = nullptr;
  }

  /// Starts the actors. Call it once, after `options`, `info`, `is_durable` and `live` are set.
  void start() {
    registry_start begin;
    begin.options = options;
    begin.is_durable = is_durable;
    begin.stored
      = {live, finished_messages, wall_start + delayed_horizon, delayed, schedules, sessions};
    begin.on_failed_attempt = on_failed_attempt;
    begin.observers = observers;
    begin.jobs = std::make_shared<job_table>();
    const auto held = begin.jobs;
    keeper_ = system_.spawn(keeper_behavior, &keeper);
    begin.keeper = caf::actor_cast<store_keeper_actor>(keeper_);
    begin.reader = begin.keeper;
    const history_source history{begin.reader, options.sessions.history_messages};
    begin.agents = {info};
    begin.agent_actors
      = {system_.spawn(actors::agent, &context_, agent_binding{info, runner}, history)};
    remember(begin.keeper);
    begin.agent_actors.push_back(
      system_.spawn(actors::agent, &context_, callback_binding(), history));
    for (const auto& one : begin.agent_actors)
      remember(one);
    registry_ = system_.spawn(actors::registry, &context_, std::move(begin));
    remember(registry_);
    jobs = std::make_unique<gateway>(registry_, held, std::vector{info},
                                     core::zones_in(options.zone_directory));
    run();
  }

  /// Delivers all messages; no time passes.
  void run() {
    scheduler_.run();
  }

  /// Gives one actor a turn. Returns whether one had something to do.
  /// @param newest_first whether the actor that was woken last goes first.
  bool step(bool newest_first = false) {
    return newest_first ? scheduler_.try_run_once_lifo() : scheduler_.try_run_once();
  }

  /// Lets time pass, then delivers what is due and all that follows.
  void advance(std::chrono::nanoseconds by) {
    scheduler_.clock().advance_time(by);
    run();
  }

  /// Lets time pass and puts what is due into the mailboxes, no further.
  void advance_without_run(std::chrono::nanoseconds by) {
    scheduler_.clock().advance_time(by);
  }

  static new_job message(std::chrono::milliseconds limit = 30s) {
    new_job wanted;
    wanted.user_id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    wanted.content = "hello";
    wanted.time_limit = limit;
    return wanted;
  }

  /// An agent job that is due so much later.
  static new_job scheduled(std::chrono::milliseconds later, std::chrono::milliseconds limit = 1h) {
    auto wanted = message(limit);
    wanted.kind = job_kind::agent;
    wanted.agent_job = std::make_shared<const agent_job_fields>();
    wanted.due_at = wall_start + later;
    return wanted;
  }

  /// Creates a job that must be accepted.
  job_ptr create(new_job wanted = message()) {
    job_slot slot;
    jobs->submit(std::move(wanted), 0ms, slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    EXPECT_TRUE(slot.value && slot.value->has_value());
    return slot.value->value();
  }

  /// Creates a job that must be refused.
  error refused(new_job wanted = message()) {
    job_slot slot;
    jobs->submit(std::move(wanted), 0ms, slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    EXPECT_FALSE(slot.value->has_value());
    return slot.value->has_value() ? error{} : slot.value->error();
  }

  result<job_ptr> get(const job_ptr& one) {
    job_slot slot;
    jobs->get({one->spec->id, {}, {}}, slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  /// The state of a job that must be held.
  job_state state_of(const job_ptr& one) {
    return get(one).value()->state;
  }

  result<job_ptr> cancel(const job_ptr& one, std::string reason = {}) {
    job_slot slot;
    jobs->cancel({one->spec->id, {}, {}}, std::move(reason), slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  engine_health health() {
    outcome_slot<engine_health> slot;
    jobs->health(slot.callback());
    run();
    EXPECT_EQ(slot.count, 1);
    return *slot.value;
  }

  /// How many actors the system runs, the jobs' ones included.
  std::size_t actors_running() {
    return system_.registry().running();
  }

  /// Has the store keeper answer the oldest batch that it holds.
  void release_batch(store_outcome outcome) {
    begin_release(std::move(outcome));
    run();
  }

  /// The same, without delivering the message.
  void begin_release(store_outcome outcome) {
    self_->send(keeper_, atom::wake_v, std::move(outcome));
  }

  /// Whether the store keeper has been sent something that it has not looked at.
  bool is_keeper_asked() const {
    auto* const actor = caf::actor_cast<caf::abstract_actor*>(keeper_);
    const auto& mailbox = dynamic_cast<caf::scheduled_actor&>(*actor).mailbox();
    return !mailbox.blocked() && !mailbox.empty();
  }

  /// Begins to drain; `drained` counts when it is over.
  void drain(std::chrono::milliseconds grace) {
    begin_drain(grace);
    run();
  }

  /// The same, without delivering the message.
  void begin_drain(std::chrono::milliseconds grace) {
    auto call = std::make_shared<drain_call>();
    call->grace = grace;
    call->done = [this] { ++drained; };
    self_->send(registry_, atom::drain_v, std::move(call));
  }

  engine_options options;
  agent_info info = one_agent();
  bool is_durable = false;
  /// What the store holds at the start: live jobs, and messages in the order in which they ended.
  std::vector<job_ptr> live;
  std::vector<job_ptr> finished_messages;
  /// How many more are scheduled beyond the horizon; put them into `keeper.kept`.
  core::organisation_counts delayed;
  std::vector<scheduled_job_ptr> schedules;
  std::vector<session_ptr> sessions;
  failed_attempt_sink on_failed_attempt;
  engine_observers observers;
  /// Added to the virtual wall clock: somebody sets it.
  std::shared_ptr<std::chrono::milliseconds> clock_error
    = std::make_shared<std::chrono::milliseconds>(0);
  std::shared_ptr<scripted_agent> runner = std::make_shared<scripted_agent>();
  keeper_script keeper;
  std::unique_ptr<gateway> jobs;
  int drained = 0;

private:
  struct config : caf::actor_system_config {
    config() {
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  static agent_info one_agent() {
    agent_info made;
    made.id = *uuid::parse(first_agent);
    made.name = "scripted";
    return made;
  }

  /// Not typed: it also understands that the test wants a batch released.
  static caf::behavior keeper_behavior(caf::event_based_actor* self, keeper_script* script) {
    return {
      [self, script](atom::commit, const store_batch_ptr& batch) -> caf::result<store_outcome> {
        if (script->is_holding) {
          auto promise = self->make_response_promise<store_outcome>();
          script->held.push_back({batch, promise});
          return promise;
        }
        if (script->fault)
          return store_outcome{tl::unexpected(*script->fault)};
        return script->write(batch);
      },
      [script](atom::fetch, const uuid& id) -> found_job {
        script->fetches.push_back(id);
        const auto found = script->kept.find(id);
        return found == script->kept.end() ? nullptr : found->second;
      },
      [script](atom::load, const delayed_window& window) { return script->load(window); },
      [script](atom::sweep, const retention_sweep& what) -> sweep_outcome {
        script->sweeps.push_back(what);
        if (script->sweep_finds.empty())
          return std::size_t{0};
        const auto found = script->sweep_finds.front();
        script->sweep_finds.pop_front();
        return found;
      },
      [script](atom::sweep, const run_sweep& what) -> sweep_outcome {
        script->run_sweeps.push_back(what);
        return std::size_t{0};
      },
      [script](atom::list, const list_runs_ptr& call) { script->run_lists.push_back(call); },
      [script](atom::list, const list_messages_ptr& call) {
        call->done(*script->conversations->load_messages(call->query));
      },
      [script](atom::load, const history_call_ptr& call) { script->read_history(call); },
      [script](atom::sweep, const leftover_sweep&) -> sweep_outcome {
        ++script->leftover_sweeps;
        return std::size_t{0};
      },
      [script](atom::wake, const store_outcome& outcome) { script->release(outcome); },
      [script](atom::find, const job_call_ptr& call) { script->finds.push_back(call); },
      [script](atom::list, const list_call_ptr& call) { script->lists.push_back(call); },
    };
  }

  template <class Handle>
  void remember(const Handle& one) {
    actors_.push_back(caf::actor_cast<caf::actor>(one));
  }

  config config_;
  caf::actor_system system_{config_};
  caf::scoped_actor self_{system_, true};
  caf::scheduler::test_coordinator& scheduler_
    = dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  engine_context context_ = virtual_context(clock_error);
  caf::actor keeper_;
  registry_actor registry_;
  std::vector<caf::actor> actors_;

  /// Wall time that goes with the virtual steady time, and numbers instead of chance.
  static engine_context virtual_context(std::shared_ptr<std::chrono::milliseconds> off) {
    auto counter = std::make_shared<std::uint64_t>(0);
    return {[off](steady_time t) {
              return wall_start + *off
                     + std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch());
            },
            [counter] { return ++*counter; }};
  }
};

} // namespace callboard::actors::test
