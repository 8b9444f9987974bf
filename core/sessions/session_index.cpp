#include "core/sessions/session_index.hpp"

#include <algorithm>
#include <utility>

namespace callboard::core {

session_entry* session_index::find(const uuid& id) noexcept {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

session_entry& session_index::add(session_ptr one) {
  const auto& spec = *one->spec;
  auto& entry = entries_[spec.id];
  entry.current = std::move(one);
  groups_[spec.organisation].order.emplace(spec.id, &entry);
  count(entry, 1);
  return entry;
}

void session_index::remove(const uuid& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return;
  hide(found->second);
  entries_.erase(found);
}

void session_index::expire(session_entry& entry) {
  set_expired(entry, true);
}

void session_index::unexpire(session_entry& entry) {
  set_expired(entry, false);
}

void session_index::set_expired(session_entry& entry, bool is_expired) {
  if (entry.is_expired == is_expired)
    return;
  if (!entry.is_hidden)
    count(entry, -1);
  entry.is_expired = is_expired;
  if (!entry.is_hidden)
    count(entry, 1);
}

void session_index::hide(session_entry& entry) {
  if (entry.is_hidden)
    return;
  count(entry, -1);
  entry.is_hidden = true;
  const auto& spec = *entry.current->spec;
  const auto found = groups_.find(spec.organisation);
  found->second.order.erase(spec.id);
  if (found->second.order.empty())
    groups_.erase(found);
}

void session_index::show(session_entry& entry) {
  if (!entry.is_hidden)
    return;
  const auto& spec = *entry.current->spec;
  entry.is_hidden = false;
  groups_[spec.organisation].order.emplace(spec.id, &entry);
  count(entry, 1);
}

void session_index::count(const session_entry& entry, std::ptrdiff_t by) {
  const auto add = [&](session_counts& to) {
    (entry.is_expired ? to.expired : to.active) += static_cast<std::size_t>(by);
  };
  add(counts_);
  add(groups_[entry.current->spec->organisation].counts);
}

session_counts session_index::counts_of(const std::string& organisation) const {
  const auto found = groups_.find(organisation);
  return found == groups_.end() ? session_counts{} : found->second.counts;
}

std::vector<session_ptr> session_index::newest(const std::string& organisation,
                                               std::size_t limit) const {
  std::vector<session_ptr> made;
  const auto take = [&](const newest_first& order) {
    std::size_t taken = 0;
    for (const auto& [id, entry] : order) {
      if (taken == limit)
        return;
      if (entry->is_expired)
        continue;
      made.push_back(entry->current);
      ++taken;
    }
  };
  if (!organisation.empty()) {
    if (const auto found = groups_.find(organisation); found != groups_.end())
      take(found->second.order);
    return made;
  }
  for (const auto& [name, each] : groups_)
    take(each.order);
  std::sort(made.begin(), made.end(), [](const session_ptr& left, const session_ptr& right) {
    return left->spec->id > right->spec->id;
  });
  made.resize(std::min(made.size(), limit));
  return made;
}

} // namespace callboard::core
