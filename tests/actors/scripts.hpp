#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <caf/all.hpp>

#include <callboard/agent.hpp>

#include "actors/interfaces.hpp"

namespace callboard::actors::test {

/// An agent that does what the test says: it keeps its tasks until it is told to answer.
class scripted_agent final : public callboard::agent {
public:
  struct open_task {
    task_ptr task;
    completion done;
  };

  void start(task_ptr task, completion done) override {
    started.push_back(task);
    if (on_start)
      on_start(task, done);
    else
      open.push_back({std::move(task), std::move(done)});
  }

  void cancel(const uuid& task_id) override {
    canceled.push_back(task_id);
    if (on_cancel)
      on_cancel();
  }

  /// Answers the oldest open task.
  void answer(agent_answer what) {
    const auto first = std::move(open.front());
    open.pop_front();
    first.done(std::move(what));
  }

  void complete(std::string text) {
    answer(agent_answer::complete(std::move(text)));
  }

  std::vector<task_ptr> started;
  std::deque<open_task> open;
  std::vector<uuid> canceled;
  std::function<void(const task_ptr&, const completion&)> on_start;
  std::function<void()> on_cancel;
};

/// A store keeper that does what the test says: it answers at once, or holds batches until told.
struct keeper_script {
  struct held_batch {
    store_batch_ptr batch;
    caf::typed_response_promise<store_outcome> promise;
  };

  bool is_holding = false;
  std::optional<error> fault;
  std::deque<held_batch> held;
  std::vector<store_batch_ptr> written;
  std::vector<job_call_ptr> finds;
  /// The newest snapshot of each job that was committed.
  std::map<uuid, job_ptr> kept;
  std::vector<uuid> fetches;
  std::vector<delayed_window> loads;
  std::optional<error> load_fault;
  std::vector<list_call_ptr> lists;
  std::vector<retention_sweep> sweeps;
  /// How many jobs the next sweeps find, each.
  std::deque<std::size_t> sweep_finds;
  std::vector<run_sweep> run_sweeps;
  std::vector<list_runs_ptr> run_lists;
  int leftover_sweeps = 0;
  /// Sessions and their messages that were committed.
  std::unique_ptr<store> conversations = make_memory_store();
  std::optional<error> history_fault;

  void read_history(const history_call_ptr& call) {
    if (history_fault)
      call->done(tl::unexpected(*history_fault));
    else
      call->done(conversations->load_history(call->query));
  }

  store_outcome write(const store_batch_ptr& batch) {
    written.push_back(batch);
    std::vector<session_change> changes;
    for (const auto& [id, change] : batch->sessions)
      changes.push_back(change);
    EXPECT_TRUE(conversations->apply({{}, {}, {}, changes, batch->messages}));
    for (const auto& snapshot : batch->snapshots)
      kept[snapshot->spec->id] = snapshot;
    return {};
  }

  loaded_jobs load(const delayed_window& window) {
    loads.push_back(window);
    if (load_fault)
      return tl::unexpected(*load_fault);
    std::vector<job_ptr> found;
    for (const auto& [id, one] : kept)
      if (one->state == job_state::scheduled && one->spec->due_at < window.until
          && std::pair{one->spec->due_at, id} >= std::pair{window.from.due_at, window.from.id})
        found.push_back(one);
    std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) {
      return std::tie(left->spec->due_at, left->spec->id)
             < std::tie(right->spec->due_at, right->spec->id);
    });
    found.resize(std::min(found.size(), window.limit));
    return found;
  }

  void release(store_outcome outcome) {
    auto first = std::move(held.front());
    held.pop_front();
    if (outcome)
      outcome = write(first.batch);
    first.promise.deliver(std::move(outcome));
  }
};

/// An outcome that a test can look at after the fact; counts how often it was given.
template <class T>
struct outcome_slot {
  std::optional<T> value;
  int count = 0;

  std::function<void(T)> callback() {
    return [this](T what) {
      value = std::move(what);
      ++count;
    };
  }
};

using job_slot = outcome_slot<result<job_ptr>>;

} // namespace callboard::actors::test
