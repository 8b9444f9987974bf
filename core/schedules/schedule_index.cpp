#include "core/schedules/schedule_index.hpp"

#include <algorithm>

namespace callboard::core {

namespace {

/// Of the jobs that something stands in the way of: enough to see which kind of job they are.
constexpr std::size_t names_shown_max = 5;

bool matches(const scheduled_job& job, const schedule_query& query) {
  return (query.organisation.empty() || job.organisation == query.organisation)
         && (!query.agent_id || job.definition->agent_id == *query.agent_id)
         && (!query.status || job.status == *query.status)
         && (!query.name || job.definition->name == *query.name);
}

} // namespace

const schedule_index::entry* schedule_index::find(const uuid& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

bool schedule_index::is_taken(const std::string& organisation, const std::string& name,
                              const uuid& but) const {
  const auto found = names_.find({name, organisation});
  return found != names_.end() && found->second != but;
}

void schedule_index::add(live_schedule job) {
  auto& held = entries_[job.record->id];
  held.job = std::move(job);
  index(held);
}

void schedule_index::put(live_schedule next) {
  auto& held = entries_.at(next.record->id);
  forget(*held.job.record);
  held.job = std::move(next);
  index(held);
}

schedule_index::entry schedule_index::remove(const uuid& id) {
  auto taken = entries_.extract(id);
  forget(*taken.mapped().job.record);
  stalled_.erase(id);
  return std::move(taken.mapped());
}

void schedule_index::set_leaving(const uuid& id, bool is_leaving) {
  auto& held = entries_.at(id);
  forget(*held.job.record);
  held.is_leaving = is_leaving;
  index(held);
  stalled_.erase(id);
}

void schedule_index::begin_run(const uuid& id, const uuid& run, run_trigger trigger) {
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return;
  auto& held = found->second;
  (trigger == run_trigger::manual ? held.manual_runs : held.runs).push_back(run);
}

void schedule_index::end_run(const uuid& id, const uuid& run) {
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return;
  std::erase(found->second.runs, run);
  std::erase(found->second.manual_runs, run);
}

void schedule_index::stall(const uuid& id) {
  stalled_.insert(id);
}

std::vector<uuid> schedule_index::take_stalled() {
  std::vector<uuid> taken{stalled_.begin(), stalled_.end()};
  stalled_.clear();
  return taken;
}

std::optional<uuid> schedule_index::due(system_time now) const {
  if (due_.empty() || due_.begin()->first > now)
    return std::nullopt;
  return due_.begin()->second;
}

std::optional<system_time> schedule_index::next_due(system_time now) const {
  if (due_.empty())
    return stalled_.empty() && blocked_.empty() ? std::nullopt
                                                : std::optional{now + std::chrono::seconds{1}};
  return due_.begin()->first;
}

std::vector<scheduled_job_ptr> schedule_index::list(const schedule_query& query) const {
  std::vector<scheduled_job_ptr> found;
  auto next = query.after ? names_.upper_bound({query.after->name, query.after->organisation})
                          : names_.begin();
  for (; next != names_.end() && (query.limit == 0 || found.size() < query.limit); ++next)
    if (const auto& record = entries_.at(next->second).job.record; matches(*record, query))
      found.push_back(record);
  return found;
}

std::vector<schedule_block> schedule_index::blocks() const {
  std::vector<schedule_block> made;
  for (const auto& [cause, ids] : causes_) {
    auto& block = made.emplace_back(schedule_block{cause, ids.size(), {}});
    for (const auto& id : ids) {
      if (block.names.size() == names_shown_max)
        break;
      block.names.push_back(entries_.at(id).job.record->definition->name);
    }
  }
  return made;
}

std::vector<uuid> schedule_index::ids() const {
  std::vector<uuid> all;
  for (const auto& [id, held] : entries_)
    all.push_back(id);
  return all;
}

void schedule_index::index(const entry& held) {
  const auto& job = *held.job.record;
  names_.emplace(key_of(job), job.id);
  if (job.next_run_at && !held.is_leaving)
    due_.emplace(*job.next_run_at, job.id);
  if (!held.job.when && job.status != schedule_status::completed)
    blocked_.insert(job.id);
  for (const auto& cause : job.blocked_by)
    causes_[cause].insert(job.id);
}

void schedule_index::forget(const scheduled_job& job) {
  names_.erase(key_of(job));
  if (job.next_run_at)
    due_.erase({*job.next_run_at, job.id});
  blocked_.erase(job.id);
  for (const auto& cause : job.blocked_by) {
    const auto found = causes_.find(cause);
    found->second.erase(job.id);
    if (found->second.empty())
      causes_.erase(found);
  }
}

} // namespace callboard::core
