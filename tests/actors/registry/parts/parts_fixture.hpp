#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "actors/registry/registry_parts.hpp"
#include "tests/actors/registry/parts/fake_outbox.hpp"

namespace callboard::actors::test {

using namespace std::chrono_literals;

/// The parts of a registry without actors: the test is the store, the jobs' actors and the clock.
class parts_test : public ::testing::Test {
protected:
  using answers = std::vector<result<job_ptr>>;

  /// Call it once, after `options` and `is_durable` are set.
  void start(held_jobs stored = {}) {
    stored.due_before = out.time.wall + delayed_horizon;
    parts = std::make_unique<registry_parts>(
      out,
      registry_context{
        options, is_durable, observers, {}, agent_directory{{agent}, std::vector<agent_actor>(2)}},
      table);
    parts->restore(std::move(stored));
  }

  new_job message() const {
    new_job wanted;
    wanted.user_id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    wanted.content = "hello";
    wanted.time_limit = 30s;
    return wanted;
  }

  new_job delayed(std::chrono::milliseconds later) const {
    auto wanted = message();
    wanted.kind = job_kind::agent;
    wanted.agent_job = std::make_shared<const agent_job_fields>();
    wanted.due_at = out.time.wall + later;
    return wanted;
  }

  /// The answers of the creation come into `created`.
  void submit(new_job wanted, std::chrono::milliseconds wait = 0ms) {
    auto call = std::make_shared<submit_call>();
    call->wanted = std::move(wanted);
    call->wait = wait;
    call->done = note(created);
    parts->calls().submit(call);
    parts->settle();
  }

  /// A job that was created and, with a durable store, stored.
  job_ptr create(new_job wanted) {
    submit(std::move(wanted));
    if (is_durable)
      store();
    return created.back().value();
  }

  job_call_ptr call(const job_ptr& one, answers& to, std::chrono::milliseconds wait = 0ms) {
    auto made = std::make_shared<job_call>();
    made->ref.id = one->spec->id;
    made->wait = wait;
    made->done = note(to);
    return made;
  }

  static callback<job_ptr> note(answers& to) {
    return [&to](result<job_ptr> answer) { to.push_back(std::move(answer)); };
  }

  /// The store has written all that it was given.
  void store() {
    while (!out.commits.empty()) {
      out.answer(out.commits, {});
      parts->settle();
    }
  }

  void refuse_batch() {
    out.answer(out.commits, store_outcome{fail(errc::io, "disk full")});
    parts->settle();
  }

  /// What the actor of a job does on an event.
  void happen(const job_ptr& one, const core::job_event& event) {
    auto& job = out.begun.at(one->spec->id);
    auto step = core::apply(job, event, out.time, out.random());
    ASSERT_TRUE(step && step->is_changed);
    job = std::move(step->next);
    parts->update({job.record, core::next_wake(job)});
    parts->settle();
  }

  void complete(const job_ptr& one) {
    const auto task = out.begun.at(one->spec->id).record->tasks.back().id;
    happen(one, core::event::taken{task});
    happen(one, core::event::answered{task, agent_answer::complete("done")});
  }

  void advance(std::chrono::milliseconds by) {
    out.pass(by);
    parts->on_wake();
    parts->settle();
  }

  /// What callers see of a job; null if it is not held.
  job_ptr shown(const job_ptr& one) const {
    return table->visible(one->spec->id);
  }

  engine_options options;
  bool is_durable = false;
  engine_observers observers;
  agent_info agent = [] {
    agent_info made;
    made.id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
    made.name = "scripted";
    return made;
  }();
  fake_outbox out;
  std::shared_ptr<job_table> table = std::make_shared<job_table>();
  std::unique_ptr<registry_parts> parts;
  answers created;
};

} // namespace callboard::actors::test
