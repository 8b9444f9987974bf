#include "stores/sqlite/rows/job_writer.hpp"

#include "stores/sqlite/rows/column_lists.hpp"
#include "stores/sqlite/rows/job_columns.hpp"

#include <sqlite3.h>

#include <utility>

namespace callboard::sqlite {

namespace {

std::string insert_job_sql() {
  constexpr auto all = identity_columns.size() + progress_columns.size() + ending_columns.size();
  return "INSERT INTO jobs (" + names(identity_columns) + ", " + names(progress_columns) + ", "
         + names(ending_columns) + ") VALUES (" + places(1, all) + ") ON CONFLICT (id) DO NOTHING";
}

} // namespace

job_writer::job_writer(connection& db)
  : db_{db},
    look_up_{db, "SELECT job, version, kind, organisation, state, task_count, due_at FROM jobs "
                 "WHERE id = ?1"},
    insert_job_{db, insert_job_sql()},
    specs_{db},
    update_progress_{db, update_progress_sql("jobs")},
    update_state_{db, update_state_sql("jobs")},
    update_span_{db, update_span_sql("jobs")},
    erase_job_{db, "DELETE FROM jobs WHERE job = ?1"},
    tasks_{db},
    counts_{db},
    messages_{db, tasks_, counts_} {
  // nop
}

result<void> job_writer::put(const job& snapshot) {
  if (snapshot.spec->kind == job_kind::message)
    return put_message(snapshot);
  // The first version is nearly always of a new job: insert without looking.
  if (snapshot.version > 1) {
    const auto stored = look_up(snapshot.spec->id);
    if (!stored)
      return tl::unexpected(stored.error());
    if (*stored)
      return (*stored)->version < snapshot.version ? update(snapshot, **stored) : result<void>{};
  }
  const auto is_new = insert(snapshot);
  if (!is_new)
    return tl::unexpected(is_new.error());
  return {};
}

result<void> job_writer::put_message(const job& snapshot) {
  const auto is_new = messages_.put(snapshot);
  if (!is_new)
    return tl::unexpected(is_new.error());
  if (*is_new)
    added_.push_back(snapshot.spec->id);
  return {};
}

result<std::optional<job_writer::stored_job>> job_writer::look_up(const uuid& id) {
  auto found = look_up_.start(id);
  const auto is_there = found.next();
  if (!is_there)
    return tl::unexpected(is_there.error());
  if (!*is_there)
    return std::nullopt;
  stored_job stored;
  stored.row = found.integer();
  stored.version = static_cast<std::uint64_t>(found.integer());
  stored.kind = found.one_of(job_kind::run);
  stored.organisation = found.text();
  stored.state = found.one_of(job_state::canceled);
  stored.task_count = found.count();
  stored.due_at = found.time();
  if (auto ok = found.check(); !ok)
    return tl::unexpected(std::move(ok.error()));
  return stored;
}

result<bool> job_writer::insert(const job& snapshot) {
  const auto& spec = *snapshot.spec;
  const auto values
    = std::tuple_cat(identity_values(spec), progress_values(snapshot), ending_values(snapshot));
  if (auto ok = run(insert_job_, values); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (sqlite3_changes(db_.handle()) == 0)
    return false;
  const auto row = static_cast<std::int64_t>(sqlite3_last_insert_rowid(db_.handle()));
  if (auto ok = specs_.insert(row, spec); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (auto ok = tasks_.add(row, snapshot); !ok)
    return tl::unexpected(std::move(ok.error()));
  counts_.change(spec.kind, spec.organisation, snapshot.state, 1);
  added_.push_back(spec.id);
  return true;
}

result<void> job_writer::update(const job& snapshot, const stored_job& stored) {
  // Tasks are only ever added, so this does not happen; were it to, the old ones must not show through.
  if (snapshot.tasks.size() < stored.task_count)
    if (auto ok = tasks_.erase(stored.row); !ok)
      return ok;
  if (auto ok = tasks_.add(stored.row, snapshot); !ok)
    return ok;
  if (const auto& spec = *snapshot.spec; spec.due_at != stored.due_at)
    if (auto ok = update_span_.run(spec.due_at, spec.expires_at, stored.row); !ok)
      return ok;
  if (is_progress(snapshot, stored.state))
    return run(update_progress_, std::tuple_cat(progress_values(snapshot), std::tuple{stored.row}));
  if (snapshot.state != stored.state) {
    counts_.change(stored.kind, stored.organisation, stored.state, -1);
    counts_.change(stored.kind, stored.organisation, snapshot.state, 1);
  }
  return run(update_state_, std::tuple_cat(progress_values(snapshot), ending_values(snapshot),
                                           std::tuple{stored.row}));
}

result<void> job_writer::erase(const uuid& id) {
  const auto was_message = messages_.erase(id);
  if (!was_message)
    return tl::unexpected(was_message.error());
  if (*was_message)
    return {};
  const auto stored = look_up(id);
  if (!stored)
    return tl::unexpected(stored.error());
  if (!*stored)
    return {};
  const auto& gone = **stored;
  if (auto ok = erase_job_.run(gone.row); !ok)
    return ok;
  if (auto ok = specs_.erase(gone.row, gone.kind); !ok)
    return ok;
  if (gone.task_count > 1)
    if (auto ok = tasks_.erase(gone.row); !ok)
      return ok;
  counts_.change(gone.kind, gone.organisation, gone.state, -1);
  return {};
}

} // namespace callboard::sqlite
