#pragma once

#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <callboard/store.hpp>

namespace callboard::memory {

/// The sessions of a memory store, and their messages.
class session_index {
public:
  /// Writes and forgets sessions, and adds messages; see `store_changes`.
  void apply(std::span<const session_change> sessions, std::span<const session_message> messages);

  std::vector<session_ptr> all() const;

  /// See `store::load_messages`.
  session_message_page messages(const session_message_query& query) const;

  /// See `store::load_history`.
  std::vector<history_entry> history(const history_query& query) const;

private:
  /// By turn, and in each the question before its answer: the order of a conversation.
  using turn_place = std::pair<system_time, bool>;

  struct conversation {
    session_ptr record;
    std::map<turn_place, session_message> by_turn;
    /// The order of lists.
    std::map<system_time, const session_message*> by_creation;
  };

  static void add(conversation& to, const session_message& one);
  static void drop_oldest(conversation& of, std::size_t count);

  std::unordered_map<uuid, conversation> conversations_;
};

} // namespace callboard::memory
