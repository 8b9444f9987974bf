#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

/// Scheduled jobs in virtual time.
class schedule_test : public actor_test {
protected:
  schedule_definition every(std::chrono::milliseconds interval) const {
    schedule_definition made;
    made.name = "job";
    made.agent_id = info.id;
    made.interval = interval;
    made.payload = json_text::from_valid(R"({"action":"clean"})");
    return made;
  }

  schedule_definition at(std::string schedule) const {
    auto made = every(1s);
    made.interval.reset();
    made.schedule = std::move(schedule);
    return made;
  }

  template <class T>
  result<T> outcome_of(outcome_slot<result<T>>& slot) {
    run();
    EXPECT_EQ(slot.count, 1);
    return slot.value.value_or(fail(errc::internal, "no answer"));
  }

  result<scheduled_job_ptr> make(schedule_definition wanted) {
    outcome_slot<result<scheduled_job_ptr>> slot;
    jobs->schedules().create("default", std::move(wanted), slot.callback());
    return outcome_of(slot);
  }

  scheduled_job_ptr now(const scheduled_job_ptr& one) {
    outcome_slot<result<scheduled_job_ptr>> slot;
    jobs->schedules().get({one->id, "default", {}}, slot.callback());
    return outcome_of(slot).value();
  }

  result<scheduled_job_ptr> enable(const scheduled_job_ptr& one, bool is_enabled) {
    outcome_slot<result<scheduled_job_ptr>> slot;
    jobs->schedules().set_enabled({one->id, {}, {}}, is_enabled, slot.callback());
    return outcome_of(slot);
  }

  result<scheduled_job_ptr> update(const schedule_ref& ref, schedule_edit edit) {
    outcome_slot<result<scheduled_job_ptr>> slot;
    jobs->schedules().update(ref, std::move(edit), slot.callback());
    return outcome_of(slot);
  }

  result<scheduled_job_ptr> remove(const schedule_ref& ref) {
    outcome_slot<result<scheduled_job_ptr>> slot;
    jobs->schedules().remove(ref, slot.callback());
    return outcome_of(slot);
  }

  result<job_ptr> run_now(const scheduled_job_ptr& one) {
    job_slot slot;
    jobs->schedules().run_now({one->id, {}, {}}, slot.callback());
    return outcome_of(slot);
  }

  /// Lets the agent answer everything at once.
  void answer_at_once() {
    runner->on_start
      = [](const task_ptr&, const completion& done) { done(agent_answer::complete("done")); };
  }
};

} // namespace callboard::actors::test
