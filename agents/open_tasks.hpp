#pragma once

#include <callboard/agent.hpp>

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/mutex.hpp"

namespace callboard::agents {

/// The tasks that an agent works on, by id. Whoever takes an entry out is the one who ends the task:
/// answer, cancel, timeout and stop race for it, and one of them wins. Any thread may call.
template <class Entry>
class open_tasks {
public:
  using entry_ptr = std::shared_ptr<Entry>;

  /// Adds a task. Returns the entry that stood there if the task was under way already, else null.
  entry_ptr put(const uuid& task_id, entry_ptr entry) {
    const sync::lock_guard guard{mutex_};
    auto& slot = entries_[task_id];
    std::swap(slot, entry);
    return entry;
  }

  /// Takes a task out; null if there is no such task.
  entry_ptr take(const uuid& task_id) {
    const sync::lock_guard guard{mutex_};
    auto node = entries_.extract(task_id);
    return node ? std::move(node.mapped()) : nullptr;
  }

  /// Takes exactly this entry out. Returns whether it was still there.
  bool take(const uuid& task_id, const Entry* entry) {
    const sync::lock_guard guard{mutex_};
    const auto at = entries_.find(task_id);
    if (at == entries_.end() || at->second.get() != entry)
      return false;
    entries_.erase(at);
    return true;
  }

  /// Whether exactly this entry is there.
  bool holds(const uuid& task_id, const Entry* entry) const {
    const sync::lock_guard guard{mutex_};
    const auto at = entries_.find(task_id);
    return at != entries_.end() && at->second.get() == entry;
  }

  /// Takes all of them out.
  std::vector<entry_ptr> take_all() {
    const sync::lock_guard guard{mutex_};
    std::vector<entry_ptr> all;
    all.reserve(entries_.size());
    for (auto& [id, entry] : entries_)
      all.push_back(std::move(entry));
    entries_.clear();
    return all;
  }

private:
  mutable sync::mutex mutex_;
  std::unordered_map<uuid, entry_ptr> entries_ GUARDED_BY(mutex_);
};

} // namespace callboard::agents
