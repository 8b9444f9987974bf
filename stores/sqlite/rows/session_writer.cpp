#include "stores/sqlite/rows/session_writer.hpp"

#include <sqlite3.h>

#include <utility>

namespace callboard::sqlite {

namespace {

/// At most this many numbers are cached, fifty bytes each.
constexpr std::size_t known_max = 100'000;

// Numbers are never used twice: what is left of a forgotten session's messages still has its own.
constexpr auto insert_sql
  = "INSERT INTO sessions (session, id, timeout, auto_renew, max_duration, warning_threshold, "
    "last_activity, renewed_at, renewal_count, expires_at, message_count, last_message_at) "
    "SELECT max(ifnull((SELECT max(session) FROM sessions), 0), "
    "ifnull((SELECT max(session) FROM session_leftovers), 0)) + 1, "
    "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11";

constexpr auto insert_spec_sql
  = "INSERT INTO session_specs (session, channel_id, organisation, agent_id, user_id, created_at, "
    "metadata) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

constexpr auto update_sql
  = "UPDATE sessions SET timeout = ?2, auto_renew = ?3, max_duration = ?4, warning_threshold = ?5, "
    "last_activity = ?6, renewed_at = ?7, renewal_count = ?8, expires_at = ?9, "
    "message_count = ?10, last_message_at = ?11 WHERE session = ?1";

constexpr auto insert_message_sql
  = "INSERT OR REPLACE INTO session_messages (session, created_at, turn, is_agent, id, metadata, "
    "content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

constexpr auto drop_oldest_sql
  = "DELETE FROM session_messages WHERE message IN (SELECT message FROM session_messages "
    "WHERE session = ?1 ORDER BY created_at LIMIT ?2)";

constexpr auto erase_some_sql
  = "DELETE FROM session_messages WHERE message IN "
    "(SELECT message FROM session_messages WHERE session = ?1 LIMIT ?2)";

} // namespace

session_writer::statements::statements(connection& db)
  : look_up{db, "SELECT session FROM sessions WHERE id = ?1"},
    insert{db, insert_sql},
    insert_spec{db, insert_spec_sql},
    update{db, update_sql},
    insert_message{db, insert_message_sql},
    erase_message{db, "DELETE FROM session_messages WHERE session = ?1 AND created_at = ?2"},
    drop_oldest{db, drop_oldest_sql},
    leave{db, "INSERT INTO session_leftovers (session) VALUES (?1)"},
    erase_session{db, "DELETE FROM sessions WHERE session = ?1"},
    erase_spec{db, "DELETE FROM session_specs WHERE session = ?1"},
    first_leftover{db, "SELECT session FROM session_leftovers ORDER BY session LIMIT 1"},
    erase_some{db, erase_some_sql},
    erase_leftover{db, "DELETE FROM session_leftovers WHERE session = ?1"} {
  // nop
}

session_writer::session_writer(connection& db) : db_{db}, sql_{db} {
  // nop
}

result<void> session_writer::apply(std::span<const session_change> sessions,
                                   std::span<const session_message> messages) {
  for (const auto& change : sessions)
    if (change.record)
      if (auto ok = put(*change.record); !ok)
        return ok;
  for (const auto& one : messages)
    if (auto ok = add(one); !ok)
      return ok;
  for (const auto& change : sessions) {
    if (!change.record) {
      if (auto ok = forget_session(change.id); !ok)
        return ok;
    } else if (change.messages_dropped > 0) {
      if (auto ok = drop(change.id, change.messages_dropped); !ok)
        return ok;
    }
  }
  return {};
}

result<std::optional<std::int64_t>> session_writer::number_of(const uuid& id) {
  if (const auto known = known_.find(id); known != known_.end())
    return std::optional{known->second};
  auto found = sql_.look_up.start(id);
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  if (!*is_there)
    return std::optional<std::int64_t>{};
  const auto number = found.integer();
  if (auto ok = found.check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (known_.size() >= known_max)
    known_.clear();
  known_[id] = number;
  return std::optional{number};
}

result<void> session_writer::put(const session& record) {
  const auto& spec = *record.spec;
  const auto number = number_of(spec.id);
  if (!number)
    return tl::unexpected(number.error());
  const auto& times = record.timeouts;
  if (*number)
    return sql_.update.run(**number, times.timeout.count(), times.auto_renew,
                           times.max_duration.count(), times.warning_threshold.count(),
                           record.last_activity, record.renewed_at, record.renewal_count,
                           record.expires_at, record.message_count, record.last_message_at);
  if (auto ok = sql_.insert.run(spec.id, times.timeout.count(), times.auto_renew,
                                times.max_duration.count(), times.warning_threshold.count(),
                                record.last_activity, record.renewed_at, record.renewal_count,
                                record.expires_at, record.message_count, record.last_message_at);
      !ok)
    return ok;
  const std::int64_t added = sqlite3_last_insert_rowid(db_.handle());
  known_[spec.id] = added;
  return sql_.insert_spec.run(added, spec.channel_id, spec.organisation, spec.agent_id,
                              spec.user_id, spec.created_at, spec.metadata);
}

result<void> session_writer::add(const session_message& one) {
  const auto number = number_of(one.session_id);
  if (!number)
    return tl::unexpected(number.error());
  if (!*number)
    return {};
  return sql_.insert_message.run(**number, one.created_at, one.turn, one.is_agent, one.id,
                                 one.metadata, one.content);
}

result<void> session_writer::erase(std::span<const session_message> refused) {
  for (const auto& one : refused) {
    const auto number = number_of(one.session_id);
    if (!number)
      return tl::unexpected(number.error());
    if (*number)
      if (auto ok = sql_.erase_message.run(**number, one.created_at); !ok)
        return ok;
  }
  return {};
}

result<void> session_writer::drop(const uuid& id, std::size_t count) {
  const auto number = number_of(id);
  if (!number)
    return tl::unexpected(number.error());
  return *number ? sql_.drop_oldest.run(**number, count) : result<void>{};
}

result<void> session_writer::forget_session(const uuid& id) {
  const auto number = number_of(id);
  if (!number)
    return tl::unexpected(number.error());
  known_.erase(id);
  if (!*number)
    return {};
  // There may be many messages: they are erased bit by bit, and out of sight from now on.
  if (auto ok = sql_.leave.run(**number); !ok)
    return ok;
  if (auto ok = sql_.erase_session.run(**number); !ok)
    return ok;
  return sql_.erase_spec.run(**number);
}

result<std::size_t> session_writer::erase_leftovers(std::size_t limit) {
  std::size_t erased = 0;
  while (erased < limit) {
    std::int64_t number = 0;
    {
      auto found = sql_.first_leftover.start();
      const auto is_there = found.next();
      if (!is_there)
        return tl::unexpected(is_there.error());
      if (!*is_there)
        return erased;
      number = found.integer();
    }
    const auto asked = limit - erased;
    if (auto ok = sql_.erase_some.run(number, asked); !ok)
      return tl::unexpected(std::move(ok.error()));
    const auto gone = static_cast<std::size_t>(sqlite3_changes(db_.handle()));
    erased += gone;
    if (gone < asked)
      if (auto ok = sql_.erase_leftover.run(number); !ok)
        return tl::unexpected(std::move(ok.error()));
  }
  return erased;
}

} // namespace callboard::sqlite
