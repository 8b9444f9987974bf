#include "stores/sqlite/job_writer.hpp"

#include "stores/sqlite/job_columns.hpp"

#include <sqlite3.h>

#include <utility>

namespace callboard::sqlite {

namespace {

/// "a, b, c"
std::string names(std::span<const std::string_view> columns) {
  std::string list;
  for (const auto column : columns)
    list.append(list.empty() ? "" : ", ").append(column);
  return list;
}

/// "?1, ?2, ?3"
std::string places(std::size_t first, std::size_t count) {
  std::string list;
  for (std::size_t place = first; place < first + count; ++place)
    list.append(list.empty() ? "?" : ", ?").append(std::to_string(place));
  return list;
}

/// "a = ?1, b = ?2, c = ?3"
std::string assignments(std::span<const std::string_view> columns, std::size_t first) {
  std::string list;
  for (const auto column : columns) {
    list.append(list.empty() ? "" : ", ").append(column);
    list.append(" = ?").append(std::to_string(first++));
  }
  return list;
}

std::string insert_job_sql() {
  constexpr auto own = identity_columns.size();
  constexpr auto others = progress_columns.size() + ending_columns.size();
  // The channel's code is taken out with care: a store keeps whatever text it is given.
  const auto channel = "?" + std::to_string(own);
  const auto code
    = "CASE WHEN json_valid(" + channel + ") THEN json_extract(" + channel + ", '$.code') END";
  return "INSERT INTO jobs (" + names(identity_columns) + ", " + names(progress_columns) + ", "
         + names(ending_columns) + ") VALUES (" + places(1, own - 1) + ", " + code + ", "
         + places(own + 1, others) + ") ON CONFLICT (id) DO NOTHING";
}

std::string insert_spec_sql() {
  return "INSERT INTO specs (job, " + names(spec_columns) + ") VALUES ("
         + places(1, spec_columns.size() + 1) + ")";
}

std::string update_progress_sql() {
  return "UPDATE jobs SET " + assignments(progress_columns, 1) + " WHERE job = ?"
         + std::to_string(progress_columns.size() + 1);
}

std::string update_state_sql() {
  constexpr auto last = progress_columns.size() + ending_columns.size();
  return "UPDATE jobs SET " + assignments(progress_columns, 1) + ", "
         + assignments(ending_columns, progress_columns.size() + 1) + " WHERE job = ?"
         + std::to_string(last + 1);
}

template <class... Values>
result<void> run(statement& with, const std::tuple<Values...>& values) {
  return std::apply([&](const auto&... each) { return with.run(each...); }, values);
}

/// Whether only what `update_progress_sql` writes has changed: it leaves the indexes alone.
bool is_progress(const job& snapshot, job_state stored) {
  return snapshot.state == stored && !is_terminal(stored) && !snapshot.finished_at
         && !snapshot.outcome;
}

} // namespace

job_writer::job_writer(connection& db)
  : db_{db},
    look_up_{db, "SELECT job, version, kind, organisation, state, task_count, tag_count > 0 "
                 "FROM jobs JOIN specs USING (job) WHERE id = ?1"},
    insert_job_{db, insert_job_sql()},
    insert_spec_{db, insert_spec_sql()},
    insert_task_{db, "INSERT INTO tasks (job, position, id, kind, state, attempt, created_at, "
                     "finished_at, result, error) VALUES ("
                       + places(1, 10) + ") ON CONFLICT (job, position) DO NOTHING"},
    insert_tag_{db, "INSERT INTO tags (job, position, tag) VALUES (?1, ?2, ?3)"},
    update_progress_{db, update_progress_sql()},
    update_state_{db, update_state_sql()},
    erase_job_{db, "DELETE FROM jobs WHERE job = ?1"},
    erase_spec_{db, "DELETE FROM specs WHERE job = ?1"},
    erase_tasks_{db, "DELETE FROM tasks WHERE job = ?1"},
    erase_tags_{db, "DELETE FROM tags WHERE job = ?1"},
    change_count_{db, "INSERT INTO shelves (kind, organisation, state, jobs) "
                      "VALUES (?1, ?2, ?3, ?4) "
                      "ON CONFLICT (kind, organisation, state) DO UPDATE SET jobs = jobs + ?4"},
    drop_empty_{db, "DELETE FROM shelves "
                    "WHERE kind = ?1 AND organisation = ?2 AND state = ?3 AND jobs = 0"} {
  // nop
}

result<void> job_writer::put(const job& snapshot) {
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
  if (auto ok = insert_spec(row, spec); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (auto ok = add_earlier_tasks(row, snapshot); !ok)
    return tl::unexpected(std::move(ok.error()));
  count(spec.kind, spec.organisation, snapshot.state, 1);
  added_.push_back(spec.id);
  return true;
}

result<void> job_writer::insert_spec(std::int64_t row, const job_spec& spec) {
  if (auto ok = run(insert_spec_, std::tuple_cat(std::tuple{row}, spec_values(spec))); !ok)
    return ok;
  if (!spec.agent_job)
    return {};
  std::int64_t position = 0;
  for (const auto& tag : spec.agent_job->tags)
    if (auto ok = insert_tag_.run(row, position++, tag); !ok)
      return ok;
  return {};
}

result<void> job_writer::update(const job& snapshot, const stored_job& stored) {
  // Tasks are only ever added, so this does not happen; were it to, the old ones must not show through.
  if (snapshot.tasks.size() < stored.task_count)
    if (auto ok = erase_tasks_.run(stored.row); !ok)
      return ok;
  if (auto ok = add_earlier_tasks(stored.row, snapshot); !ok)
    return ok;
  if (is_progress(snapshot, stored.state))
    return run(update_progress_, std::tuple_cat(progress_values(snapshot), std::tuple{stored.row}));
  count(stored.kind, stored.organisation, stored.state, -1);
  count(stored.kind, stored.organisation, snapshot.state, 1);
  return run(update_state_, std::tuple_cat(progress_values(snapshot), ending_values(snapshot),
                                           std::tuple{stored.row}));
}

result<void> job_writer::add_earlier_tasks(std::int64_t row, const job& snapshot) {
  // The last task stands in the job's row. One that is no longer the last does not change, so what
  // is there is right, and before it all is there.
  for (auto position = snapshot.tasks.size(); position-- > 1;) {
    const auto& task = snapshot.tasks[position - 1];
    if (auto ok = insert_task_.run(row, position - 1, task.id, task.kind, task.state, task.attempt,
                                   task.created_at, task.finished_at, task.result, task.error);
        !ok)
      return ok;
    if (sqlite3_changes(db_.handle()) == 0)
      break;
  }
  return {};
}

result<void> job_writer::erase(const uuid& id) {
  const auto stored = look_up(id);
  if (!stored)
    return tl::unexpected(stored.error());
  if (!*stored)
    return {};
  const auto& gone = **stored;
  if (auto ok = erase_job_.run(gone.row); !ok)
    return ok;
  if (auto ok = erase_spec_.run(gone.row); !ok)
    return ok;
  if (gone.task_count > 1)
    if (auto ok = erase_tasks_.run(gone.row); !ok)
      return ok;
  if (gone.kind == job_kind::agent)
    if (auto ok = erase_tags_.run(gone.row); !ok)
      return ok;
  count(gone.kind, gone.organisation, gone.state, -1);
  return {};
}

void job_writer::count(job_kind kind, std::string_view organisation, job_state state,
                       std::int64_t change) {
  const auto found = changes_.find(std::tuple{kind, organisation, state});
  if (found != changes_.end())
    found->second += change;
  else
    changes_.emplace(shelf{kind, organisation, state}, change);
}

result<void> job_writer::write_counts() {
  for (const auto& [at, change] : changes_) {
    if (change == 0)
      continue;
    const auto& [kind, organisation, state] = at;
    if (auto ok = change_count_.run(kind, organisation, state, change); !ok)
      return ok;
    if (change < 0)
      if (auto ok = drop_empty_.run(kind, organisation, state); !ok)
        return ok;
  }
  return {};
}

} // namespace callboard::sqlite
