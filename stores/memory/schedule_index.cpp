#include "stores/memory/schedule_index.hpp"

#include <algorithm>
#include <limits>

namespace callboard {

std::vector<uuid> schedule_index::apply(const schedule_change& change) {
  if (change.record) {
    schedules_[change.id] = change.record;
    return {};
  }
  schedules_.erase(change.id);
  return surplus_runs(change.id, 0, std::numeric_limits<std::size_t>::max());
}

void schedule_index::note(const job_ptr& snapshot) {
  if (!snapshot->spec->run)
    return;
  auto& order = runs_[snapshot->spec->run->schedule_id];
  // The place of a run never changes, so the older snapshot is what stands in it.
  const auto found = order.find(snapshot);
  if (found != order.end())
    order.erase(found);
  order.insert(snapshot);
}

void schedule_index::forget(const job& gone) {
  if (!gone.spec->run)
    return;
  const auto found = runs_.find(gone.spec->run->schedule_id);
  if (found == runs_.end())
    return;
  const auto place = std::find_if(found->second.begin(), found->second.end(),
                                  [&](const auto& run) { return run->spec->id == gone.spec->id; });
  if (place != found->second.end())
    found->second.erase(place);
  if (found->second.empty())
    runs_.erase(found);
}

std::vector<scheduled_job_ptr> schedule_index::all() const {
  std::vector<scheduled_job_ptr> made;
  for (const auto& [id, record] : schedules_)
    made.push_back(record);
  return made;
}

std::vector<job_ptr> schedule_index::runs(const run_query& query) const {
  std::vector<job_ptr> made;
  const auto found = runs_.find(query.schedule_id);
  if (found == runs_.end())
    return made;
  std::size_t finished = 0;
  for (const auto& run : found->second) {
    if (made.size() == query.limit)
      break;
    if (is_terminal(run->state) && ++finished > query.keep)
      continue;
    if (query.states.empty()
        || std::find(query.states.begin(), query.states.end(), run->state) != query.states.end())
      made.push_back(run);
  }
  return made;
}

std::vector<uuid> schedule_index::surplus_runs(const uuid& schedule_id, std::size_t keep,
                                               std::size_t limit) const {
  std::vector<uuid> surplus;
  const auto found = runs_.find(schedule_id);
  if (found == runs_.end())
    return surplus;
  std::size_t finished = 0;
  for (const auto& run : found->second)
    if (is_terminal(run->state) && ++finished > keep)
      surplus.push_back(run->spec->id);
  std::reverse(surplus.begin(), surplus.end());
  surplus.resize(std::min(surplus.size(), limit));
  return surplus;
}

} // namespace callboard
