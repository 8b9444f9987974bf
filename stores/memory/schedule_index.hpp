#pragma once

#include <cstddef>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <callboard/store.hpp>

namespace callboard {

/// What the memory store keeps of scheduled jobs: the jobs, and the newest snapshot of each of their runs.
class schedule_index {
public:
  /// Puts or forgets a job; returns the finished runs to forget with it.
  std::vector<uuid> apply(const schedule_change& change);

  /// A job of any kind has a new snapshot.
  void note(const job_ptr& snapshot);

  /// A job of any kind is forgotten.
  void forget(const job& gone);

  std::vector<scheduled_job_ptr> all() const;

  /// See `store::load_runs`.
  std::vector<job_ptr> runs(const run_query& query) const;

  /// The finished runs beyond the newest `keep`, the oldest first, at most `limit`.
  std::vector<uuid> surplus_runs(const uuid& schedule_id, std::size_t keep,
                                 std::size_t limit) const;

private:
  struct newest_first {
    bool operator()(const job_ptr& left, const job_ptr& right) const noexcept {
      return std::pair{left->spec->created_at, left->spec->id}
             > std::pair{right->spec->created_at, right->spec->id};
    }
  };

  using run_order = std::set<job_ptr, newest_first>;

  std::unordered_map<uuid, scheduled_job_ptr> schedules_;
  std::unordered_map<uuid, run_order> runs_;
};

} // namespace callboard
