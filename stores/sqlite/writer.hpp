#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/file/checkpointer.hpp"
#include "stores/sqlite/file/connection.hpp"
#include "stores/sqlite/file/statement.hpp"
#include "stores/sqlite/file/wal_coalescing_vfs.hpp"
#include "stores/sqlite/lists/index_cache.hpp"
#include "stores/sqlite/rows/job_writer.hpp"
#include "stores/sqlite/rows/schedule_writer.hpp"
#include "stores/sqlite/rows/session_writer.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace callboard::sqlite {

/// What the store is opened with.
struct writer_options {
  /// Absolute, with no symbolic links.
  std::string path;
  store_sync sync = store_sync::full;
  /// Name of SQLite's file layer; null: the default one.
  const char* vfs = nullptr;
  /// Whenever the log has grown by this many pages it is copied into the database: 16 MiB. Less means
  /// more copying of the same pages, more a longer pause.
  int checkpoint_pages = 4096;
  /// Whether that happens beside the commits, on a thread of its own; else between two of them.
  bool checkpoints_beside = true;
  /// Lists of agent jobs are read from the database for organisations with that many jobs or fewer (half a
  /// millisecond), for others from a column index in memory.
  std::size_t scanned_max = 1'000;
};

/// The connection that writes. It also keeps the write-ahead log short and the planner's statistics
/// fresh, in between.
class writer {
public:
  /// Opens a database and brings its schema up to date. Errors: `io`.
  /// @param lists told what was committed; outlives the writer.
  static result<std::unique_ptr<writer>> open(const writer_options& options, access how,
                                              index_cache& lists);

  ~writer();

  /// Does all of it in one transaction. Errors: `io`; nothing was changed.
  result<void> commit(const store_changes& changes);

  /// Erases jobs and messages that were refused, if they are there. Errors: `io`; nothing was erased.
  result<void> erase_refused(std::span<const uuid> jobs, std::span<const session_message> messages);

  /// See `store::erase_leftovers`; `erased` gets how many. Errors: `io`; nothing was erased.
  result<void> erase_leftovers(std::size_t limit, std::size_t& erased);

  /// See `store::erase_finished`; `erased` gets the jobs' ids. Errors: `io`; nothing was erased.
  result<void> erase_finished(job_kind kind, system_time before, std::size_t limit,
                              std::vector<uuid>& erased);

  /// See `store::erase_runs`; `erased` gets the runs' ids. Errors: `io`; nothing was erased.
  result<void> erase_runs(std::span<const uuid> schedule_ids, std::size_t keep, std::size_t limit,
                          std::vector<uuid>& erased);

  /// How many agent jobs there are. Errors: `io`.
  result<std::size_t> count_agent_jobs() {
    return column_index::count_jobs(*db_);
  }

  /// Writes something that changes nothing. Errors: `io`.
  result<void> probe();

  /// Whether it must be reopened before it may write again.
  bool is_broken() const noexcept {
    return db_->is_broken();
  }

  /// The jobs that the last `commit` added. If it failed they may be there nonetheless once the
  /// database has been reopened: the disk may have got the log's end before it failed.
  const std::vector<uuid>& added() const noexcept {
    return jobs_.added();
  }

private:
  writer(std::unique_ptr<wal_coalescing_vfs> files, std::unique_ptr<connection> db,
         const writer_options& options, index_cache& lists);

  result<void> configure(store_sync sync);
  /// Does `work` in a transaction. @param changes_of called when it is done: what it did to jobs, a
  /// `job_changes`.
  template <class Work, class Changes>
  result<void> write(Work work, Changes changes_of);
  template <class Work, class Changes>
  result<void> write_at_once(Work& work, Changes& changes_of);
  void tidy_up();
  void checkpoint();
  void look_at_checkpointer();

  // First: the connection uses it to its end.
  std::unique_ptr<wal_coalescing_vfs> files_;
  std::unique_ptr<connection> db_;
  job_writer jobs_;
  schedule_writer schedules_;
  session_writer sessions_;
  statement first_ended_;
  statement first_ended_messages_;
  index_cache& lists_;
  const int checkpoint_pages_;
  /// Null: the log is copied between commits.
  std::unique_ptr<checkpointer> beside_;
  /// The write-ahead log, in pages.
  struct log_length {
    /// Told by SQLite after each commit.
    int now = 0;
    int at_checkpoint = 0;
  };
  log_length log_;
  std::size_t written_since_optimize_ = 0;
};

} // namespace callboard::sqlite
