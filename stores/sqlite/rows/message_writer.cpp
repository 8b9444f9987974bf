#include "stores/sqlite/rows/message_writer.hpp"

#include "stores/sqlite/rows/column_lists.hpp"
#include "stores/sqlite/rows/job_columns.hpp"
#include "stores/sqlite/rows/message_rows.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace callboard::sqlite {

namespace {

/// At most this many messages are cached, a hundred bytes each.
constexpr std::size_t known_max = 100'000;

constexpr auto last_row_sql = "SELECT ifnull(max(job), 0) FROM messages";

std::string insert_sql() {
  constexpr auto all = 1 + message_identity_columns.size() + message_spec_columns.size()
                       + session_columns.size() + progress_columns.size() + ending_columns.size();
  return "INSERT INTO messages (job, " + names(message_identity_columns) + ", "
         + names(message_spec_columns) + ", " + names(session_columns) + ", "
         + names(progress_columns) + ", " + names(ending_columns) + ") VALUES (" + places(1, all)
         + ") ON CONFLICT (id) DO NOTHING";
}

} // namespace

message_writer::message_writer(connection& db, task_writer& tasks, job_counts& counts)
  : db_{db},
    tasks_{tasks},
    counts_{counts},
    look_up_{db, "SELECT job, version, organisation, state, task_count, due_at FROM messages "
                 "WHERE id = ?1"},
    insert_{db, insert_sql()},
    update_progress_{db, update_progress_sql("messages")},
    update_state_{db, update_state_sql("messages")},
    update_span_{db, update_span_sql("messages")},
    erase_{db, "DELETE FROM messages WHERE job = ?1"} {
  // nop
}

result<bool> message_writer::put(const job& snapshot) {
  // What is not known by heart is nearly always new: insert without looking.
  if (known_.find(snapshot.spec->id) == known_.end())
    if (const auto is_new = insert(snapshot); !is_new || *is_new)
      return is_new;
  const auto stored = look_up(snapshot.spec->id);
  if (!stored)
    return tl::unexpected(stored.error());
  if (!*stored)
    return insert(snapshot);
  if ((*stored)->version < snapshot.version)
    if (auto ok = update(snapshot, **stored); !ok)
      return tl::unexpected(std::move(ok.error()));
  return false;
}

result<bool> message_writer::erase(const uuid& id) {
  const auto stored = look_up(id);
  if (!stored)
    return tl::unexpected(stored.error());
  if (!*stored)
    return false;
  const auto& gone = **stored;
  known_.erase(id);
  if (auto ok = erase_.run(gone.row); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (gone.task_count > 1)
    if (auto ok = tasks_.erase(gone.row); !ok)
      return tl::unexpected(std::move(ok.error()));
  counts_.change(job_kind::message, gone.organisation, gone.state, -1);
  return true;
}

result<std::optional<message_writer::stored_message>> message_writer::look_up(const uuid& id) {
  if (const auto known = known_.find(id); known != known_.end())
    return known->second;
  auto found = look_up_.start(id);
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  if (!*is_there)
    return std::nullopt;
  stored_message stored;
  stored.row = found.integer();
  stored.version = static_cast<std::uint64_t>(found.integer());
  stored.organisation = found.text();
  stored.state = found.one_of(job_state::canceled);
  stored.task_count = found.count();
  stored.due_at = found.time();
  if (auto ok = found.check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return stored;
}

message_writer::stored_message message_writer::stored_after(const job& snapshot, std::int64_t row) {
  return {row,
          snapshot.version,
          snapshot.spec->organisation,
          snapshot.state,
          static_cast<std::uint32_t>(snapshot.tasks.size()),
          snapshot.spec->due_at};
}

void message_writer::remember(const uuid& id, stored_message stored) {
  if (known_.size() >= known_max)
    known_.clear();
  known_.insert_or_assign(id, std::move(stored));
}

result<bool> message_writer::insert(const job& snapshot) {
  const auto row = next_row();
  if (!row)
    return tl::unexpected(row.error());
  const auto& spec = *snapshot.spec;
  const auto values
    = std::tuple_cat(std::tuple{*row}, message_identity_values(spec), message_spec_values(spec),
                     session_values(spec), progress_values(snapshot), ending_values(snapshot));
  if (auto ok = run(insert_, values); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (sqlite3_changes(db_.handle()) == 0)
    return false;
  last_row_ = *row;
  if (auto ok = tasks_.add(*row, snapshot); !ok)
    return tl::unexpected(std::move(ok.error()));
  counts_.change(job_kind::message, spec.organisation, snapshot.state, 1);
  remember(spec.id, stored_after(snapshot, *row));
  return true;
}

result<std::int64_t> message_writer::next_row() {
  if (last_row_)
    return *last_row_ + 1;
  const auto last = db_.number(last_row_sql);
  if (!last)
    return last;
  return std::max(*last + 1, first_message_row);
}

result<void> message_writer::update(const job& snapshot, const stored_message& stored) {
  // Tasks are only ever added, so this does not happen; were it to, the old ones must not show through.
  if (snapshot.tasks.size() < stored.task_count)
    if (auto ok = tasks_.erase(stored.row); !ok)
      return ok;
  if (auto ok = tasks_.add(stored.row, snapshot); !ok)
    return ok;
  if (const auto& spec = *snapshot.spec; spec.due_at != stored.due_at)
    if (auto ok = update_span_.run(spec.due_at, spec.expires_at, stored.row); !ok)
      return ok;
  remember(snapshot.spec->id, stored_after(snapshot, stored.row));
  if (is_progress(snapshot, stored.state))
    return run(update_progress_, std::tuple_cat(progress_values(snapshot), std::tuple{stored.row}));
  if (snapshot.state != stored.state) {
    const auto& organisation = snapshot.spec->organisation;
    counts_.change(job_kind::message, organisation, stored.state, -1);
    counts_.change(job_kind::message, organisation, snapshot.state, 1);
  }
  return run(update_state_, std::tuple_cat(progress_values(snapshot), ending_values(snapshot),
                                           std::tuple{stored.row}));
}

} // namespace callboard::sqlite
