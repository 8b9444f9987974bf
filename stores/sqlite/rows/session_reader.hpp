#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// Takes a session as the reader's statement and `line_parser` give it.
session take_session(rows& row);

/// Reads sessions and their messages.
class session_reader {
public:
  /// @param db must outlive it.
  explicit session_reader(connection& db);

  /// All sessions. Errors: `io`.
  result<std::vector<session_ptr>> all();

  /// Calls with each session, in the order of their creation, until a call fails.
  result<void> each(const std::function<result<void>(const session&)>& take);

  /// Calls with each message of a session, oldest first, until a call fails.
  result<void> each_message(const uuid& id,
                            const std::function<result<void>(const session_message&)>& take);

  /// See `store::load_messages`.
  result<session_message_page> messages(const session_message_query& query);

  /// See `store::load_history`.
  result<std::vector<history_entry>> history(const history_query& query);

private:
  /// What messages say of their session.
  struct owner {
    std::int64_t number = 0;
    std::string agent;
    std::string user;
  };

  result<std::optional<owner>> owner_of(const uuid& id);
  static session_message take_message(rows& row, const uuid& id, const owner& of);

  statement all_;
  statement owner_;
  statement number_;
  statement newest_first_;
  statement oldest_first_;
  statement turns_;
};

} // namespace callboard::sqlite
