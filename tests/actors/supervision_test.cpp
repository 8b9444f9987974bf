#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <callboard/engine.hpp>

namespace callboard::actors::test {

namespace {

using namespace std::chrono_literals;

/// Gives back the jobs that it is made with and keeps nothing.
class forgetful_store final : public store {
public:
  explicit forgetful_store(std::vector<job_ptr> live) : live_(std::move(live)) {
    // nop
  }

  bool is_durable() const noexcept override {
    return false;
  }

  result<void> apply(const store_changes&) override {
    return {};
  }

  result<std::vector<job_ptr>> load_live(system_time) override {
    return live_;
  }

  result<std::map<std::string, std::size_t>> count_delayed(system_time) override {
    return std::map<std::string, std::size_t>{};
  }

  result<std::vector<job_ptr>> load_delayed(const due_place&, system_time, std::size_t) override {
    return std::vector<job_ptr>{};
  }

  result<std::vector<job_ptr>> load_finished(job_kind, std::size_t, std::size_t) override {
    return std::vector<job_ptr>{};
  }

  result<std::vector<scheduled_job_ptr>> load_schedules() override {
    return std::vector<scheduled_job_ptr>{};
  }

  result<std::vector<session_ptr>> load_sessions() override {
    return std::vector<session_ptr>{};
  }

  result<session_message_page> load_messages(const session_message_query&) override {
    return session_message_page{};
  }

  result<std::vector<history_entry>> load_history(const history_query&) override {
    return std::vector<history_entry>{};
  }

  result<std::size_t> erase_leftovers(std::size_t) override {
    return std::size_t{0};
  }

  result<std::vector<job_ptr>> load_runs(const run_query&) override {
    return std::vector<job_ptr>{};
  }

  result<std::size_t> erase_runs(std::span<const uuid>, std::size_t, std::size_t) override {
    return std::size_t{0};
  }

  result<job_ptr> find(const uuid&) override {
    return job_ptr{};
  }

  result<job_page> query(const job_query&) override {
    return job_page{};
  }

  result<std::size_t> erase_finished(job_kind, system_time, std::size_t) override {
    return std::size_t{0};
  }

private:
  std::vector<job_ptr> live_;
};

/// Never answers.
class silent_agent final : public agent {
public:
  void start(task_ptr, completion done) override {
    kept_.push_back(std::move(done));
  }

  void cancel(const uuid&) override {
    // nop
  }

private:
  std::vector<completion> kept_;
};

engine start(std::vector<job_ptr> live = {}, std::vector<agent_binding> agents = {}) {
  return engine::start({}, std::make_unique<forgetful_store>(std::move(live)), std::move(agents))
    .value();
}

/// Has the registry end by a fault; returns what `on_fatal` was told.
std::string break_registry(engine& running) {
  const auto told = std::make_shared<std::promise<std::string>>();
  running.on_fatal([told](std::string_view fault) { told->set_value(std::string{fault}); });
  running.jobs().health([](engine_health) { throw std::runtime_error{"a fault for the test"}; });
  return told->get_future().get();
}

TEST(Supervision, FaultOfAnEngineActorIsTold) {
  auto running = start();

  EXPECT_EQ(break_registry(running), "an actor of the engine failed");
}

TEST(Supervision, FaultIsToldToWhoeverAsksLater) {
  auto running = start();
  break_registry(running);
  std::string told;

  running.on_fatal([&](std::string_view fault) { told = fault; });

  EXPECT_EQ(told, "an actor of the engine failed");
}

TEST(Supervision, CallAfterAFaultIsDroppedAndItsFutureBroken) {
  auto running = start();
  break_registry(running);

  auto answer = running.jobs().health();

  EXPECT_THROW(answer.get(), std::future_error);
}

// Symptom: the supervisor waited for the end of an actor that had ended before, and the engine could
// not be destroyed.
TEST(Supervision, BrokenEngineCanBeDrainedAndDestroyed) {
  agent_binding silent;
  silent.info.id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  silent.runner = std::make_shared<silent_agent>();
  auto running = std::make_unique<engine>(start({}, {silent}));
  ASSERT_TRUE(running->jobs().submit(new_job{}).get());
  break_registry(*running);

  running->drain(10s);
  running.reset();
}

TEST(Supervision, JobsOfAStoreFailWhereNoAgentIsConfigured) {
  const auto spec = std::make_shared<job_spec>();
  spec->id = *uuid::parse("0195d3c0-0000-7000-8000-000000000001");
  spec->agent_id = *uuid::parse("550e8400-e29b-41d4-a716-446655440000");
  spec->created_at = to_system_time(std::chrono::system_clock::now());
  spec->due_at = spec->created_at;
  spec->expires_at = spec->created_at + 1h;
  const auto kept = std::make_shared<job>();
  kept->spec = spec;
  kept->version = 1;
  kept->tasks.emplace_back();

  auto running = start({kept});
  const auto found = running.jobs().wait({spec->id, {}, {}}, 10s).get();

  ASSERT_TRUE(found);
  ASSERT_EQ((*found)->state, job_state::failed);
  EXPECT_EQ((*found)->outcome->error_code, "agent_not_found");
}

} // namespace

} // namespace callboard::actors::test
