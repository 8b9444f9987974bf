#pragma once

#include "tests/actors/actor_test.hpp"

namespace callboard::actors::test {

/// The registry with a store that keeps what it has acknowledged.
class durable_test : public actor_test {
protected:
  void SetUp() override {
    is_durable = true;
  }

  void start_holding() {
    start();
    keeper.is_holding = true;
  }

  /// Creates a job and has it stored, and what it did since.
  job_ptr create_stored() {
    job_slot slot;
    jobs->submit(message(), 0ms, slot.callback());
    run();
    release_batch({});
    EXPECT_EQ(slot.count, 1);
    // The agent has taken it meanwhile.
    release_batch({});
    return slot.value->value();
  }

  /// A job that is live in the store while no engine runs.
  job_ptr stored(job_state state, std::chrono::milliseconds limit = 60s) {
    // The virtual clock begins at this wall time.
    constexpr system_time now{1'800'000'000'000ms};
    auto spec = std::make_shared<job_spec>();
    spec->id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
    spec->organisation = "default";
    spec->agent_id = info.id;
    spec->content = "hello";
    spec->created_at = now - 10s;
    spec->due_at = spec->created_at;
    spec->expires_at = spec->due_at + limit;
    auto made = std::make_shared<callboard::job>();
    made->spec = spec;
    made->version = 2;
    made->state = state;
    made->updated_at = now - 9s;
    task_record task;
    task.id = *uuid::parse("01890a5d-ac96-774b-bcce-b302099a8058");
    task.state = state == job_state::processing ? task_state::running : task_state::waiting;
    task.created_at = spec->created_at;
    made->tasks.push_back(task);
    return made;
  }

  /// A message that ended so long ago, while no engine ran.
  job_ptr ended(std::chrono::milliseconds ago, std::uint8_t number = 0) {
    auto made = std::make_shared<callboard::job>(*stored(job_state::pending));
    auto spec = std::make_shared<job_spec>(*made->spec);
    spec->id.bytes.back() = number;
    constexpr system_time now{1'800'000'000'000ms};
    spec->created_at = spec->due_at = now - ago - 1s;
    spec->expires_at = spec->created_at + 1s;
    made->spec = spec;
    made->state = job_state::completed;
    made->finished_at = now - ago;
    made->outcome = std::make_shared<job_outcome>();
    return made;
  }
};

} // namespace callboard::actors::test
