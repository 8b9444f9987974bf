#pragma once

#include <callboard/agent.hpp>
#include <callboard/session.hpp>
#include <callboard/store.hpp>

namespace callboard::core {

/// Whether the page shows the oldest messages that match: those right behind `after`.
inline bool is_oldest_first(const session_message_query& query) noexcept {
  return query.after && !query.before;
}

/// Whether a message was created between the bounds of a query.
inline bool matches(const session_message_query& query, system_time created_at) noexcept {
  return (!query.before || created_at < *query.before)
         && (!query.after || created_at > *query.after);
}

/// Makes a page of messages that come one by one: newest first, or oldest first (`is_oldest_first`).
class message_page {
public:
  explicit message_page(const session_message_query& query);

  /// Takes a message that matches. Returns whether the page takes more.
  bool take(session_message one);

  /// The page; call it once.
  session_message_page done() &&;

private:
  session_message_page made_;
  std::size_t limit_;
  std::size_t bytes_left_;
  bool is_oldest_first_;
};

/// Makes the conversation before a turn of entries that come one by one, the newest first.
class history_window {
public:
  explicit history_window(const history_query& query);

  /// Takes an entry. Returns whether the window takes more.
  bool take(bool is_agent, shared_text content);

  /// Oldest first; call it once.
  std::vector<history_entry> done() &&;

private:
  std::vector<history_entry> made_;
  std::size_t entries_max_;
  std::size_t bytes_left_;
};

} // namespace callboard::core
