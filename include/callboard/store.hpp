#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <callboard/error.hpp>
#include <callboard/job.hpp>

namespace callboard {

/// Which jobs a list shows. All conditions must hold.
struct job_query {
  job_kind kind = job_kind::message;
  /// Only this organisation's jobs; empty: everybody's.
  std::string organisation;
  /// Only jobs in one of these states; empty: all.
  std::vector<job_state> states;
  /// Longest page, 1–1000.
  std::size_t limit = 50;
  /// Matching jobs to leave out before the page.
  std::size_t offset = 0;
};

/// A page of jobs, newest first (by `created_at`, then by id).
struct job_page {
  std::vector<job_ptr> jobs;
  /// Jobs of that kind and organisation, whatever their state.
  std::size_t total = 0;
  /// Jobs that match the whole query, before limit and offset.
  std::size_t matching = 0;
};

/// Keeps jobs. Blocking; the engine calls it from one thread that may wait.
/// What writes comes from that thread alone; `find` and `query` may run beside it, on other threads.
class store {
public:
  virtual ~store() = default;

  /// Whether a job survives the process once `commit` has returned. If so the engine answers
  /// creations and shows terminal states only after their commit.
  virtual bool is_durable() const noexcept = 0;

  /// Writes the given snapshots and then forgets the given jobs, all or nothing. A snapshot replaces an
  /// older version of the same job; a version that is not newer than what is stored is left out.
  /// Unknown ids are ignored. With neither snapshots nor ids it writes no job but tells whether a store
  /// whose last write failed can write again. Errors: `io`; nothing was written or forgotten.
  virtual result<void> commit(std::span<const job_ptr> snapshots, std::span<const uuid> erased) = 0;

  /// The same with nothing to forget.
  result<void> commit(std::span<const job_ptr> snapshots) {
    return commit(snapshots, {});
  }

  /// The same with nothing to write. @param ids at least one.
  result<void> erase(std::span<const uuid> ids) {
    return commit({}, ids);
  }

  /// All jobs that are not terminal, oldest first. Called once, before any other member.
  virtual result<std::vector<job_ptr>> load_live() = 0;

  /// Finished jobs of a kind in the order in which they ended: the last `limit` of them, and any that
  /// ended in the same millisecond as the first of these. Called once, after `load_live`.
  virtual result<std::vector<job_ptr>> load_finished(job_kind kind, std::size_t limit) = 0;

  /// One job; null if there is none.
  virtual result<job_ptr> find(const uuid& id) = 0;

  /// A page of jobs.
  virtual result<job_page> query(const job_query& query) = 0;

  /// Forgets jobs of a kind that ended before that time, at most `limit`, the oldest first. Returns how
  /// many. Errors: `io`; nothing was erased.
  virtual result<std::size_t> erase_finished(job_kind kind, system_time before, std::size_t limit)
    = 0;
};

/// Keeps jobs in memory, as the snapshots themselves: fast, and gone with the process.
std::unique_ptr<store> make_memory_store();

/// What a commit of the SQLite store waits for.
enum class store_sync : std::uint8_t {
  /// The disk has it (fsync): it survives loss of power.
  full,
  /// The operating system has it: it survives a crash of the process, not always one of the machine.
  normal,
};

/// What can be set about the SQLite store.
struct sqlite_store_options {
  /// The database file. It is made if it is not there, and so are its directories.
  std::string path;
  store_sync sync = store_sync::full;
};

/// Keeps jobs in a SQLite database, for this process alone, until they are erased. An older database
/// is brought up to date. While a write fails the store goes on answering reads; each further commit
/// tries again, and what was confirmed once is never lost silently: if the file turns out to lack it,
/// commits fail for good. Errors: `invalid_argument` (no path), `io` (the file or its directory cannot
/// be written, is in use by another process, is no database, is damaged, or is from a newer version).
result<std::unique_ptr<store>> open_sqlite_store(sqlite_store_options options);

} // namespace callboard
