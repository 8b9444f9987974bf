#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/registry/job_table.hpp"
#include "actors/registry/outbox.hpp"

namespace callboard::actors::test {

/// Notes what the registry's parts want; the test moves the clock and answers for the store.
class fake_outbox final : public outbox {
public:
  template <class What, class Answer>
  struct asked {
    What what;
    then<Answer> done;
  };

  clock_reading now() const override {
    return time;
  }

  const core::random_source& random() const override {
    return random_;
  }

  uuid next_id(system_time) override {
    uuid made;
    ++last_id_;
    made.bytes.front() = static_cast<std::uint8_t>(last_id_ >> 8);
    made.bytes.back() = static_cast<std::uint8_t>(last_id_);
    return made;
  }

  void wake_at(steady_time due) override {
    wakes.push_back(due);
  }

  void retry_after(std::chrono::milliseconds wait) override {
    retries.push_back(wait);
  }

  void stop_after(std::chrono::milliseconds grace) override {
    stops.push_back(grace);
  }

  void commit(store_batch_ptr batch, then<store_outcome> done) override {
    commits.push_back({std::move(batch), std::move(done)});
  }

  void sweep(const retention_sweep& what, then<sweep_outcome> done) override {
    sweeps.push_back({what, std::move(done)});
  }

  void sweep(const run_sweep& what, then<sweep_outcome> done) override {
    run_sweeps.push_back({what, std::move(done)});
  }

  void sweep(const leftover_sweep& what, then<sweep_outcome> done) override {
    leftover_sweeps.push_back({what, std::move(done)});
  }

  void fetch(const uuid& id, then<found_job> done) override {
    fetches.push_back({id, std::move(done)});
  }

  void load(const delayed_window& what, then<loaded_jobs> done) override {
    loads.push_back({what, std::move(done)});
  }

  void find(job_call_ptr call) override {
    finds.push_back(std::move(call));
  }

  void list(list_call_ptr call) override {
    lists.push_back(std::move(call));
  }

  void list(list_runs_ptr call) override {
    run_lists.push_back(std::move(call));
  }

  void list(list_messages_ptr call) override {
    message_lists.push_back(std::move(call));
  }

  void begin(job_entry& entry, core::live_job job) override {
    begun[entry.visible->spec->id] = std::move(job);
  }

  void offer(const job_entry&, job_ptr job) override {
    offered.push_back(std::move(job));
  }

  void wake(const job_entry& entry) override {
    told.push_back("wake " + number_of(entry));
  }

  void cancel(const job_entry& entry, std::string reason) override {
    told.push_back("cancel " + number_of(entry) + ": " + reason);
  }

  void stop(const job_entry& entry) override {
    told.push_back("stop " + number_of(entry));
  }

  void abandon(const job_entry& entry) override {
    told.push_back("abandon " + number_of(entry));
  }

  void pause_agents() override {
    told.push_back("pause agents");
  }

  /// Answers the oldest question of a kind.
  template <class What, class Answer>
  static void answer(std::deque<asked<What, Answer>>& of, const Answer& with) {
    const auto first = std::move(of.front());
    of.pop_front();
    first.done(with);
  }

  /// Lets both clocks go on.
  void pass(std::chrono::milliseconds by) {
    time.steady += by;
    time.wall += by;
  }

  clock_reading time{steady_time{std::chrono::hours{1}},
                     system_time{std::chrono::milliseconds{1'800'000'000'000}}};
  std::vector<steady_time> wakes;
  std::vector<std::chrono::milliseconds> retries;
  std::deque<asked<store_batch_ptr, store_outcome>> commits;
  std::deque<asked<retention_sweep, sweep_outcome>> sweeps;
  std::deque<asked<run_sweep, sweep_outcome>> run_sweeps;
  std::deque<asked<leftover_sweep, sweep_outcome>> leftover_sweeps;
  std::deque<asked<uuid, found_job>> fetches;
  std::deque<asked<delayed_window, loaded_jobs>> loads;
  std::vector<job_call_ptr> finds;
  std::vector<list_call_ptr> lists;
  std::vector<list_runs_ptr> run_lists;
  std::vector<list_messages_ptr> message_lists;
  std::vector<std::chrono::milliseconds> stops;
  /// The jobs that have got their actor.
  std::map<uuid, core::live_job> begun;
  std::vector<job_ptr> offered;
  /// What jobs and agents were told, jobs by the last byte of their id.
  std::vector<std::string> told;

private:
  static std::string number_of(const job_entry& entry) {
    return std::to_string(entry.visible->spec->id.bytes.back());
  }

  core::random_source random_ = [number = std::uint64_t{0}]() mutable { return ++number; };
  std::uint32_t last_id_ = 0;
};

/// A job of that number, in that state.
inline job_ptr job_of(std::uint8_t number, job_state state = job_state::pending,
                      job_kind kind = job_kind::message) {
  auto spec = std::make_shared<job_spec>();
  spec->id.bytes.back() = number;
  spec->kind = kind;
  spec->organisation = "default";
  spec->content = "hello";
  auto made = std::make_shared<callboard::job>();
  made->spec = std::move(spec);
  made->version = 1;
  made->state = state;
  return made;
}

} // namespace callboard::actors::test
