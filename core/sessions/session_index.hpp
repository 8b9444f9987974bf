#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <callboard/session.hpp>

#include "core/timer_heap.hpp"

namespace callboard::core {

/// What is known of a session. As a timer: its end, then the end of its retention.
struct session_entry : timer_node {
  /// As callers see it.
  session_ptr current;
  /// As the store has it; null before its creation is stored.
  session_ptr stored;
  /// Whether it counts as expired.
  bool is_expired = false;
  /// Whether callers see it no more: it was deleted or dropped, and its live messages still have to end.
  bool is_hidden = false;
  /// Whether it was deleted: none of its messages begins any more.
  bool is_deleted = false;
  /// Whether the store is still to answer to its deletion.
  bool is_removing = false;
};

/// How many sessions are known.
struct session_counts {
  /// Unexpired ones.
  std::size_t active = 0;
  std::size_t expired = 0;
};

/// The sessions that are known, by id and by organisation.
class session_index {
public:
  /// Null if it is not known. The address stays the same until it is removed.
  session_entry* find(const uuid& id) noexcept;

  /// Adds a session that counts as unexpired.
  session_entry& add(session_ptr one);

  void remove(const uuid& id);

  /// The session counts as expired from now on.
  void expire(session_entry& entry);

  /// The session counts as unexpired again: what ended it could not be stored.
  void unexpire(session_entry& entry);

  /// Callers see it no more.
  void hide(session_entry& entry);

  /// Callers see it again: it could not be deleted.
  void show(session_entry& entry);

  /// Of all organisations.
  const session_counts& counts() const noexcept {
    return counts_;
  }

  session_counts counts_of(const std::string& organisation) const;

  /// Unexpired sessions, newest first, at most `limit`. @param organisation empty: of all.
  std::vector<session_ptr> newest(const std::string& organisation, std::size_t limit) const;

  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [id, entry] : entries_)
      visit(entry);
  }

private:
  /// Ids of our making increase.
  using newest_first = std::map<uuid, const session_entry*, std::greater<>>;

  struct group {
    newest_first order;
    session_counts counts;
  };

  void set_expired(session_entry& entry, bool is_expired);
  void count(const session_entry& entry, std::ptrdiff_t by);

  std::unordered_map<uuid, session_entry> entries_;
  std::unordered_map<std::string, group> groups_;
  session_counts counts_;
};

} // namespace callboard::core
