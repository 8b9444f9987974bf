#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <callboard/schedule.hpp>
#include <callboard/service.hpp>

#include "core/schedules/schedule_rules.hpp"

namespace callboard::core {

/// All scheduled jobs, by id, by name, and by when they are due next; and which runs are going. It keeps
/// what it is told; what happens to a job, `schedule_rules.hpp` says.
class schedule_index {
public:
  /// A job and its runs that are going.
  struct entry {
    live_schedule job;
    /// Manual ones left out.
    std::vector<uuid> runs;
    std::vector<uuid> manual_runs;
    /// Its deletion is being stored: it is not due any more, and nothing of it is stored.
    bool is_leaving = false;
  };

  /// The job of that id; null if there is none.
  const entry* find(const uuid& id) const;

  /// Whether another job of the organisation has that name.
  bool is_taken(const std::string& organisation, const std::string& name, const uuid& but) const;

  /// Enters a job.
  /// @pre neither its id nor its name is taken.
  void add(live_schedule job);

  /// Puts the next snapshot in the place of the one before.
  /// @pre it is there, and its name is not taken.
  void put(live_schedule next);

  /// Takes a job out and returns it with its runs.
  /// @pre it is there.
  entry remove(const uuid& id);

  /// Whether the job's deletion is being stored. While it is, the job is never due.
  /// @pre it is there.
  void set_leaving(const uuid& id, bool is_leaving);

  /// A run of the job is going; nothing happens if there is no such job.
  void begin_run(const uuid& id, const uuid& run, run_trigger trigger);

  /// It has ended, or never existed.
  void end_run(const uuid& id, const uuid& run);

  /// The job has to be looked at again soon, whenever it is due: there was no room for its run.
  void stall(const uuid& id);

  /// The stalled jobs, which are not stalled any more.
  std::vector<uuid> take_stalled();

  /// A job that is due, the earliest one; none if there is none.
  std::optional<uuid> due(system_time now) const;

  /// When there is something to do; no value if never.
  std::optional<system_time> next_due(system_time now) const;

  /// Matching jobs by name, then by organisation.
  std::vector<scheduled_job_ptr> list(const schedule_query& query) const;

  /// The jobs whose time zone cannot be read, in no order.
  const std::unordered_set<uuid>& blocked() const noexcept {
    return blocked_;
  }

  /// What stands in the way of jobs, by cause.
  std::vector<schedule_block> blocks() const;

  /// All ids, in no order.
  std::vector<uuid> ids() const;

  std::size_t size() const noexcept {
    return entries_.size();
  }

private:
  using name_key = std::pair<std::string, std::string>;

  static name_key key_of(const scheduled_job& job) {
    return {job.definition->name, job.organisation};
  }
  void index(const entry& held);
  void forget(const scheduled_job& job);

  std::unordered_map<uuid, entry> entries_;
  std::map<name_key, uuid> names_;
  std::set<std::pair<system_time, uuid>> due_;
  std::unordered_set<uuid> stalled_;
  std::unordered_set<uuid> blocked_;
  std::map<std::string, std::set<uuid>> causes_;
};

} // namespace callboard::core
