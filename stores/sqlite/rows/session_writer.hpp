#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

namespace callboard::sqlite {

/// Writes and erases sessions and their messages, within a transaction.
class session_writer {
public:
  /// @param db must outlive it.
  explicit session_writer(connection& db);

  /// Forgets what it knows of stored sessions: a transaction has been rolled back.
  void forget() noexcept {
    known_.clear();
  }

  /// See `store_changes`. Errors: `io`.
  result<void> apply(std::span<const session_change> sessions,
                     std::span<const session_message> messages);

  /// Erases messages that were refused, if they are there. Errors: `io`.
  result<void> erase(std::span<const session_message> refused);

  /// See `store::erase_leftovers`. Errors: `io`.
  result<std::size_t> erase_leftovers(std::size_t limit);

private:
  /// The number of a session; none if it is not stored.
  result<std::optional<std::int64_t>> number_of(const uuid& id);
  result<void> put(const session& record);
  result<void> add(const session_message& one);
  result<void> drop(const uuid& id, std::size_t count);
  result<void> forget_session(const uuid& id);

  /// What is run, prepared once.
  struct statements {
    explicit statements(connection& db);

    statement look_up;
    statement insert;
    statement insert_spec;
    statement update;
    statement insert_message;
    statement erase_message;
    statement drop_oldest;
    statement leave;
    statement erase_session;
    statement erase_spec;
    statement first_leftover;
    statement erase_some;
    statement erase_leftover;
  };

  connection& db_;
  statements sql_;
  /// Numbers of sessions that this object has written: most are written again before long.
  std::unordered_map<uuid, std::int64_t> known_;
};

} // namespace callboard::sqlite
