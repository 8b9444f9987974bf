#include "core/sessions/turn_queues.hpp"

#include <algorithm>

namespace callboard::core {

void turn_queues::add(const session_turn& turn, const uuid& job) {
  auto& queue = queues_[turn.session_id];
  const auto behind
    = std::upper_bound(queue.begin(), queue.end(), turn.message_at,
                       [](system_time at, const place& other) { return at < other.at; });
  queue.insert(behind, {turn.message_at, job});
}

std::optional<uuid> turn_queues::remove(const session_turn& turn, const uuid& job) {
  const auto found = queues_.find(turn.session_id);
  if (found == queues_.end())
    return std::nullopt;
  auto& queue = found->second;
  const auto one
    = std::find_if(queue.begin(), queue.end(), [&](const place& each) { return each.job == job; });
  if (one == queue.end())
    return std::nullopt;
  const auto was_first = one == queue.begin();
  queue.erase(one);
  if (queue.empty()) {
    queues_.erase(found);
    return std::nullopt;
  }
  return was_first ? std::optional{queue.front().job} : std::nullopt;
}

std::optional<uuid> turn_queues::first(const uuid& session) const {
  const auto found = queues_.find(session);
  return found == queues_.end() ? std::nullopt : std::optional{found->second.front().job};
}

std::optional<uuid> turn_queues::job_of(const uuid& session, system_time turn) const {
  const auto found = queues_.find(session);
  if (found == queues_.end())
    return std::nullopt;
  const auto& queue = found->second;
  const auto one
    = std::find_if(queue.begin(), queue.end(), [&](const place& each) { return each.at == turn; });
  return one == queue.end() ? std::nullopt : std::optional{one->job};
}

std::size_t turn_queues::size(const uuid& session) const {
  const auto found = queues_.find(session);
  return found == queues_.end() ? 0 : found->second.size();
}

std::vector<uuid> turn_queues::newest_first(const uuid& session) const {
  std::vector<uuid> made;
  if (const auto found = queues_.find(session); found != queues_.end())
    for (auto one = found->second.rbegin(); one != found->second.rend(); ++one)
      made.push_back(one->job);
  return made;
}

std::vector<uuid> turn_queues::sessions() const {
  std::vector<uuid> made;
  made.reserve(queues_.size());
  for (const auto& [id, queue] : queues_)
    made.push_back(id);
  return made;
}

} // namespace callboard::core
