#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include <callboard/job.hpp>

namespace callboard::core {

/// The live messages of each session, in the order in which they were taken: only the first one's job
/// runs. Holds nothing of a session without live messages.
class turn_queues {
public:
  /// Puts a message's job at its place.
  void add(const session_turn& turn, const uuid& job);

  /// A message's job is live no more. Returns the job whose turn comes by that; none if there is none, or
  /// if the job was not the first. Unknown jobs are ignored.
  std::optional<uuid> remove(const session_turn& turn, const uuid& job);

  /// The job whose turn it is; none without live messages.
  std::optional<uuid> first(const uuid& session) const;

  /// The job of a live message; none for another one.
  std::optional<uuid> job_of(const uuid& session, system_time turn) const;

  /// Live messages of a session.
  std::size_t size(const uuid& session) const;

  /// Their jobs, the one that was taken last first.
  std::vector<uuid> newest_first(const uuid& session) const;

  /// The sessions that have live messages.
  std::vector<uuid> sessions() const;

private:
  struct place {
    system_time at;
    uuid job;
  };

  /// Usually of one or two; `session_limits::waiting_max` bounds them.
  std::unordered_map<uuid, std::vector<place>> queues_;
};

} // namespace callboard::core
