#include "stores/memory/job_index.hpp"

namespace callboard::memory {

namespace {

const state_list* find(const std::map<std::string, state_list, std::less<>>& shelves,
                       const std::string& name) {
  const auto found = shelves.find(name);
  return found == shelves.end() ? nullptr : &found->second;
}

} // namespace

bool is_older(const job& left, const job& right) noexcept {
  if (left.spec->created_at != right.spec->created_at)
    return left.spec->created_at < right.spec->created_at;
  return left.spec->id < right.spec->id;
}

std::size_t state_list::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& order : by_state)
    sum += order.size();
  return sum;
}

template <class Visit>
void job_index::for_each_list(const job& one, Visit visit) {
  visit(all_);
  const auto* fields = one.spec->agent_job.get();
  if (!fields)
    return;
  const auto visit_named = [&](shelves& among, const std::string& name) {
    const auto place = among.try_emplace(name).first;
    visit(place->second);
    if (place->second.size() == 0)
      among.erase(place);
  };
  visit_named(by_type_, fields->job_type_id);
  visit_named(by_channel_, fields->channel_code);
  for (const auto& tag : fields->tags)
    visit_named(by_tag_, tag);
}

void job_index::add(const entry& one) {
  for_each_list(*one.snapshot, [&](state_list& to) {
    auto& order = to.of(one.snapshot->state);
    order.insert(order.end(), &one);
  });
}

void job_index::remove(const entry& one) {
  for_each_list(*one.snapshot, [&](state_list& from) { from.of(one.snapshot->state).erase(&one); });
}

void job_index::change(const entry& one, job_ptr next) {
  const auto before = one.snapshot->state;
  const auto after = next->state;
  one.snapshot = std::move(next);
  if (before == after)
    return;
  for_each_list(*one.snapshot, [&](state_list& held) {
    auto& order = held.of(after);
    // A tag that a job has twice leads to its shelf twice.
    if (auto node = held.of(before).extract(&one))
      order.insert(order.end(), std::move(node));
  });
}

std::vector<const state_list*> job_index::narrowest(const job_query& query) const {
  std::vector<const state_list*> found;
  if (!query.tags.empty()) {
    for (const auto& tag : std::set<std::string>{query.tags.begin(), query.tags.end()})
      if (const auto* held = find(by_tag_, tag))
        found.push_back(held);
    return found;
  }
  const auto* only = query.channel_code  ? find(by_channel_, *query.channel_code)
                     : query.job_type_id ? find(by_type_, *query.job_type_id)
                                         : &all_;
  if (only)
    found.push_back(only);
  return found;
}

const entry* newest_first::next() {
  if (heads_.empty())
    return nullptr;
  auto newest = heads_.top();
  heads_.pop();
  const auto* found = *newest.at;
  if (++newest.at != newest.end)
    heads_.push(newest);
  return found;
}

} // namespace callboard::memory
