#pragma once

#include <cassert>
#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <callboard/uuid.hpp>

namespace callboard::core {

/// Tasks of one agent: so many run at once, the rest wait in the order in which they came.
/// Every operation is O(1), amortised.
/// @tparam Item what stands for a task; copyable.
template <class Item>
class slot_queue {
public:
  /// @param slots tasks that may run at once, ≥ 1.
  explicit slot_queue(std::size_t slots) : slots_(slots) {
    assert(slots > 0);
  }

  /// Puts a task at the end. An id that waits or runs already is left as it is.
  void push(const uuid& id, Item item) {
    if (running_.contains(id) || !waiting_ids_.insert(id).second)
      return;
    waiting_.emplace_back(id, std::move(item));
  }

  /// Moves the first waiting task to a free slot and returns it; nothing if none waits or all slots
  /// are taken.
  std::optional<std::pair<uuid, Item>> start_next() {
    if (running_.size() >= slots_)
      return std::nullopt;
    while (!waiting_.empty()) {
      auto first = std::move(waiting_.front());
      waiting_.pop_front();
      if (waiting_ids_.erase(first.first) == 0)
        continue; // withdrawn while it waited
      running_.emplace(first.first, first.second);
      return first;
    }
    return std::nullopt;
  }

  /// Frees the slot of a running task and returns its item; nothing if it does not run.
  std::optional<Item> release(const uuid& id) {
    auto found = running_.extract(id);
    if (found.empty())
      return std::nullopt;
    return std::move(found.mapped());
  }

  /// Takes out a waiting task. Returns whether it waited.
  bool withdraw(const uuid& id) {
    if (waiting_ids_.erase(id) == 0)
      return false;
    // Withdrawn tasks stay in the queue until they reach its front; never more than half of it.
    if (waiting_.size() > 2 * waiting_ids_.size() + 16)
      std::erase_if(waiting_,
                    [this](const auto& entry) { return !waiting_ids_.contains(entry.first); });
    return true;
  }

  std::size_t running() const noexcept {
    return running_.size();
  }

  std::size_t waiting() const noexcept {
    return waiting_ids_.size();
  }

private:
  std::size_t slots_;
  std::unordered_map<uuid, Item> running_;
  std::deque<std::pair<uuid, Item>> waiting_;
  std::unordered_set<uuid> waiting_ids_;
};

} // namespace callboard::core
