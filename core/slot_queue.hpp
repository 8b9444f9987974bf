#pragma once

#include <cassert>
#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include <callboard/uuid.hpp>

namespace callboard::core {

/// Tasks of one agent: a number of them run at once, the rest wait in order of arrival.
/// Every operation is O(1), and nothing is kept of a task that is gone.
/// @tparam Item what stands for a task that waits.
/// @tparam Running what is kept of it while it runs; made from an `Item`.
template <class Item, class Running = Item>
class slot_queue {
public:
  /// @param slots tasks that may run at once, ≥ 1.
  explicit slot_queue(std::size_t slots) : slots_(slots) {
    assert(slots > 0);
  }

  // Places in the queue are iterators: they survive a move, not a copy.
  slot_queue(slot_queue&&) noexcept = default;
  slot_queue& operator=(slot_queue&&) noexcept = default;

  /// Puts a task at the end. An id that waits or runs already is left as it is.
  void push(const uuid& id, Item item) {
    if (running_.contains(id) || places_.contains(id))
      return;
    places_.emplace(id, waiting_.emplace(waiting_.end(), id, std::move(item)));
  }

  /// Moves the first waiting task to a free slot and returns it; nothing if none waits or all slots
  /// are taken.
  std::optional<std::pair<uuid, Item>> start_next() {
    if (running_.size() >= slots_ || waiting_.empty())
      return std::nullopt;
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    places_.erase(first.first);
    running_.emplace(first.first, Running{first.second});
    return first;
  }

  /// Frees the slot of a running task and returns what was kept of it; nothing if it does not run.
  std::optional<Running> release(const uuid& id) {
    auto found = running_.extract(id);
    if (found.empty())
      return std::nullopt;
    return std::move(found.mapped());
  }

  /// Takes out a waiting task. Returns whether it waited.
  bool withdraw(const uuid& id) {
    const auto found = places_.find(id);
    if (found == places_.end())
      return false;
    waiting_.erase(found->second);
    places_.erase(found);
    return true;
  }

  std::size_t running() const noexcept {
    return running_.size();
  }

  std::size_t waiting() const noexcept {
    return waiting_.size();
  }

private:
  using line = std::list<std::pair<uuid, Item>>;

  std::size_t slots_;
  std::unordered_map<uuid, Running> running_;
  line waiting_;
  std::unordered_map<uuid, typename line::iterator> places_;
};

} // namespace callboard::core
