#include "stores/sqlite/writer.hpp"

#include "stores/sqlite/file/schema.hpp"

#include <sqlite3.h>

#include <utility>

namespace callboard::sqlite {

namespace {

/// When the log has grown to so many times the usual, the next commit waits for readers so that it can
/// begin anew: 64 MiB.
constexpr int restart_factor = 4;
/// How long it waits for them. Ours read for milliseconds; another program may keep it waiting.
constexpr int restart_wait_ms = 100;
/// So many jobs change the statistics enough to look at them again.
constexpr std::size_t optimize_after = 100'000;

constexpr auto common_settings
  = "PRAGMA temp_store = MEMORY;"
    // Debian's library wipes what is deleted at the price of more writing; this wipes what is free.
    "PRAGMA secure_delete = FAST;"
    // Recent jobs and the inner pages of all indexes: 16 MiB.
    "PRAGMA cache_size = -16384;"
    // What a long reader has made of the log is given back: 64 MiB.
    "PRAGMA journal_size_limit = 67108864;"
    // Bounds what `PRAGMA optimize` reads.
    "PRAGMA analysis_limit = 400;";

constexpr auto first_ended_sql = "SELECT id FROM jobs INDEXED BY jobs_by_end "
                                 "WHERE kind = ?1 AND finished_at < ?2 "
                                 "ORDER BY finished_at LIMIT ?3";
/// Looks at all messages: the engine erases them by their ids.
constexpr auto first_ended_messages_sql
  = "SELECT id FROM messages WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2";

/// A database up to this size is checked whenever it is opened: 16 MiB take a tenth of a second.
constexpr std::int64_t checked_pages_max = 4096;

result<void> check_if_small(connection& db) {
  const auto pages = db.number("PRAGMA page_count");
  if (!pages)
    return tl::unexpected(pages.error());
  if (*pages > checked_pages_max)
    return {};
  const auto verdict = db.text("PRAGMA quick_check(1)");
  if (!verdict)
    return tl::unexpected(verdict.error());
  if (*verdict != "ok")
    return fail(errc::io, "the database is damaged: " + *verdict);
  return {};
}

} // namespace

writer::writer(std::unique_ptr<wal_coalescing_vfs> files, std::unique_ptr<connection> db,
               const writer_options& options, index_cache& lists)
  : files_{std::move(files)},
    db_{std::move(db)},
    jobs_{*db_},
    schedules_{*db_, jobs_},
    sessions_{*db_},
    first_ended_{*db_, first_ended_sql},
    first_ended_messages_{*db_, first_ended_messages_sql},
    lists_{lists},
    checkpoint_pages_{options.checkpoint_pages} {
  if (options.checkpoints_beside)
    beside_ = std::make_unique<checkpointer>(options.path, options.vfs);
}

writer::~writer() {
  beside_.reset();
  if (!is_broken())
    sqlite3_exec(db_->handle(), "PRAGMA optimize", nullptr, nullptr, nullptr);
}

result<std::unique_ptr<writer>> writer::open(const writer_options& options, access how,
                                             index_cache& lists) {
  auto files = std::make_unique<wal_coalescing_vfs>(options.vfs);
  if (files->name() == nullptr)
    return fail(errc::io, "there is no file layer of that name");
  auto db = connection::open(options.path, how, files->name());
  if (!db)
    return tl::unexpected(std::move(db.error()));
  // First of all: another program's database must not be touched.
  if (auto ok = check_owner(**db); !ok)
    return tl::unexpected(std::move(ok.error()));
  std::unique_ptr<writer> made{new writer{std::move(files), *std::move(db), options, lists}};
  if (auto ok = made->configure(options.sync); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (auto ok = migrate(*made->db_); !ok)
    return tl::unexpected(std::move(ok.error()));
  if (auto ok = check_if_small(*made->db_); !ok)
    return tl::unexpected(std::move(ok.error()));
  return made;
}

result<void> writer::configure(store_sync sync) {
  const auto mode = db_->text("PRAGMA journal_mode = WAL");
  if (!mode)
    return tl::unexpected(mode.error());
  if (*mode != "wal")
    return fail(errc::io, "the file system cannot hold a database with a write-ahead log");
  if (auto ok = db_->run(common_settings); !ok)
    return ok;
  const auto* const level
    = sync == store_sync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  if (auto ok = db_->run(level); !ok)
    return ok;
  // In place of SQLite's own checkpoints, which hide their faults.
  sqlite3_wal_hook(
    db_->handle(),
    [](void* self, sqlite3*, const char*, int pages) {
      static_cast<writer*>(self)->log_.now = pages;
      return SQLITE_OK;
    },
    this);
  return {};
}

template <class Work, class Changes>
result<void> writer::write(Work work, Changes changes_of) {
  // Before anything can fail: the jobs that the last write added are not this one's.
  jobs_.begin();
  auto done = write_at_once(work, changes_of);
  if (!done) {
    jobs_.forget();
    sessions_.forget();
  }
  return done;
}

template <class Work, class Changes>
result<void> writer::write_at_once(Work& work, Changes& changes_of) {
  int is_moved = 0;
  sqlite3_file_control(db_->handle(), "main", SQLITE_FCNTL_HAS_MOVED, &is_moved);
  if (is_moved != 0) {
    db_->note(SQLITE_IOERR);
    return fail(errc::io, "the database file was moved or deleted");
  }
  auto changes = transaction::begin(*db_);
  if (!changes)
    return tl::unexpected(std::move(changes.error()));
  if (auto ok = work(); !ok)
    return ok;
  if (auto ok = jobs_.write_counts(); !ok)
    return ok;
  noted_commit noted{lists_, changes_of()};
  auto done = changes->commit();
  noted.end(done.has_value());
  return done;
}

result<void> writer::commit(const store_changes& changes) {
  const auto work = [&]() -> result<void> {
    for (const auto& snapshot : changes.snapshots)
      if (auto ok = jobs_.put(*snapshot); !ok)
        return ok;
    for (const auto& change : changes.schedules)
      if (auto ok = schedules_.apply(change); !ok)
        return ok;
    for (const auto& id : changes.erased)
      if (auto ok = jobs_.erase(id); !ok)
        return ok;
    return sessions_.apply(changes.sessions, changes.messages);
  };
  auto done = write(work, [&] { return job_changes{changes.snapshots, changes.erased}; });
  if (done) {
    written_since_optimize_ += changes.snapshots.size();
    tidy_up();
  }
  return done;
}

result<void> writer::erase_refused(std::span<const uuid> jobs,
                                   std::span<const session_message> messages) {
  const auto work = [&]() -> result<void> {
    for (const auto& id : jobs)
      if (auto ok = jobs_.erase(id); !ok)
        return ok;
    return sessions_.erase(messages);
  };
  return write(work, [&] { return job_changes{{}, jobs}; });
}

result<void> writer::erase_leftovers(std::size_t limit, std::size_t& erased) {
  const auto work = [&]() -> result<void> {
    const auto done = sessions_.erase_leftovers(limit);
    if (!done)
      return tl::unexpected(done.error());
    erased = *done;
    return {};
  };
  auto done = write(work, [] { return job_changes{}; });
  if (done)
    tidy_up();
  return done;
}

result<void> writer::erase_finished(job_kind kind, system_time before, std::size_t limit,
                                    std::vector<uuid>& erased) {
  const auto work = [&]() -> result<void> {
    erased.clear();
    auto found = kind == job_kind::message ? first_ended_messages_.start(before, limit)
                                           : first_ended_.start(kind, before, limit);
    if (auto ok = found.for_each([&](rows& row) { erased.push_back(row.id()); }); !ok)
      return ok;
    for (const auto& id : erased)
      if (auto ok = jobs_.erase(id); !ok)
        return ok;
    return {};
  };
  auto done = write(work, [&] { return job_changes{{}, erased}; });
  if (done)
    tidy_up();
  return done;
}

result<void> writer::erase_runs(std::span<const uuid> schedule_ids, std::size_t keep,
                                std::size_t limit, std::vector<uuid>& erased) {
  const auto work = [&]() -> result<void> {
    erased.clear();
    for (const auto& id : schedule_ids) {
      const auto runs = schedules_.erase_runs(id, keep, limit - erased.size());
      if (!runs)
        return tl::unexpected(runs.error());
      erased.insert(erased.end(), runs->begin(), runs->end());
      if (erased.size() == limit)
        break;
    }
    return {};
  };
  auto done = write(work, [&] { return job_changes{{}, erased}; });
  if (done)
    tidy_up();
  return done;
}

result<void> writer::probe() {
  const auto work = [&] {
    // The value stays as it is; its page is written all the same.
    const auto version = "PRAGMA user_version = " + std::to_string(migrations().size());
    return db_->run(version.c_str());
  };
  return write(work, [] { return job_changes{}; });
}

void writer::tidy_up() {
  // What was written is safe in the log, so a fault here is not the caller's. A grave one breaks the
  // connection, and the next write reopens it; a full disk is tried again later.
  if (written_since_optimize_ >= optimize_after) {
    written_since_optimize_ = 0;
    [[maybe_unused]] const auto ok = db_->run("PRAGMA optimize");
  }
  if (log_.now < log_.at_checkpoint)
    log_.at_checkpoint = 0; // it has restarted
  if (beside_)
    look_at_checkpointer();
  if (log_.now - log_.at_checkpoint < checkpoint_pages_)
    return;
  if (!beside_ || log_.now >= checkpoint_pages_ * restart_factor) {
    checkpoint();
  } else {
    log_.at_checkpoint = log_.now;
    beside_->begin();
  }
}

void writer::look_at_checkpointer() {
  const auto last = beside_->take_outcome();
  if (!last.is_news)
    return;
  if (last.code == SQLITE_OK)
    checkpoint(); // the little that came since, so that the log can restart
  else if (last.code != SQLITE_BUSY)
    db_->note(last.code);
}

void writer::checkpoint() {
  log_.at_checkpoint = log_.now;
  const auto is_long = log_.now >= checkpoint_pages_ * restart_factor;
  const auto mode = is_long ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  sqlite3_busy_timeout(db_->handle(), restart_wait_ms);
  const auto code = sqlite3_wal_checkpoint_v2(db_->handle(), "main", mode, nullptr, nullptr);
  sqlite3_busy_timeout(db_->handle(), busy_timeout_ms);
  // Busy: a reader needs the log as it is. There will be another time.
  if (code != SQLITE_OK && code != SQLITE_BUSY)
    db_->note(code);
}

} // namespace callboard::sqlite
