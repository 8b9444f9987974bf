#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <callboard/time.hpp>

namespace callboard::core {

/// Base of what can stand in a `timer_heap`. Its address must not change while it does.
struct timer_node {
  static constexpr auto not_armed = std::numeric_limits<std::uint32_t>::max();

  /// Place in the heap; `not_armed` outside. Only the heap writes it.
  std::uint32_t slot = not_armed;
};

/// Timers by due time: arming, moving and disarming one is O(log n), the next one O(1). Costs 16
/// bytes a timer beside its node, and holds nothing of a timer that was disarmed.
/// @tparam Node derives from `timer_node`.
template <class Node>
class timer_heap {
public:
  /// Sets the time of a node, whether it stands in the heap or not.
  void arm(Node& node, steady_time due) {
    if (node.slot == timer_node::not_armed) {
      node.slot = static_cast<std::uint32_t>(entries_.size());
      entries_.push_back({due, &node});
      rise(node.slot);
      return;
    }
    entries_[node.slot].due = due;
    sink(rise(node.slot));
  }

  /// Takes a node out; nothing happens if it is not in.
  void disarm(Node& node) noexcept {
    const auto slot = node.slot;
    if (slot == timer_node::not_armed)
      return;
    node.slot = timer_node::not_armed;
    const auto last = entries_.back();
    entries_.pop_back();
    if (slot == entries_.size())
      return;
    place(slot, last);
    sink(rise(slot));
  }

  /// Takes out and returns the earliest node that is due; null if none is.
  Node* pop_due(steady_time now) noexcept {
    if (entries_.empty() || entries_.front().due > now)
      return nullptr;
    auto* node = entries_.front().node;
    disarm(*node);
    return node;
  }

  /// When the earliest node is due. The heap must not be empty.
  steady_time next_due() const noexcept {
    return entries_.front().due;
  }

  bool is_empty() const noexcept {
    return entries_.empty();
  }

  std::size_t size() const noexcept {
    return entries_.size();
  }

private:
  struct entry {
    steady_time due;
    Node* node;
  };

  /// Four children a node: half the depth of a binary heap, and siblings share a cache line.
  static constexpr std::uint32_t arity = 4;

  void place(std::uint32_t slot, const entry& what) noexcept {
    entries_[slot] = what;
    what.node->slot = slot;
  }

  std::uint32_t rise(std::uint32_t slot) noexcept {
    const auto moving = entries_[slot];
    while (slot > 0) {
      const auto parent = (slot - 1) / arity;
      if (entries_[parent].due <= moving.due)
        break;
      place(slot, entries_[parent]);
      slot = parent;
    }
    place(slot, moving);
    return slot;
  }

  void sink(std::uint32_t slot) noexcept {
    const auto moving = entries_[slot];
    const auto size = static_cast<std::uint32_t>(entries_.size());
    for (;;) {
      const auto first = slot * arity + 1;
      if (first >= size)
        break;
      auto least = first;
      for (auto child = first + 1; child < size && child < first + arity; ++child)
        if (entries_[child].due < entries_[least].due)
          least = child;
      if (entries_[least].due >= moving.due)
        break;
      place(slot, entries_[least]);
      slot = least;
    }
    place(slot, moving);
  }

  std::vector<entry> entries_;
};

} // namespace callboard::core
