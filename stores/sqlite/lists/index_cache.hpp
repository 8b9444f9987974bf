#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/lists/column_index.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace callboard::sqlite {

/// What a commit does to jobs.
struct job_changes {
  std::span<const job_ptr> snapshots;
  std::span<const uuid> erased;
};

/// What a column index lacks.
struct missing_changes {
  /// Of commits that have ended, in their order.
  std::vector<column_changes> committed;
  /// Of the commit that has begun and not ended: a reader may see it or not.
  column_changes under_way;
};

/// Keeps the column index of a store true to what has been committed. An `index_loader` reads it from the
/// database and hands it over.
///
/// Lists and commits do not wait for one another. Commits leave what they change behind, and whoever has
/// the column index brings it up to date: a list to the moment of its reader, else the next commit.
class index_cache {
public:
  /// The column index of that many agent jobs takes 1.1 GB, and a list 50 ms: a database with more is
  /// listed without it.
  static constexpr std::size_t jobs_max = 16'000'000;

  /// @param scanned_max lists of organisations with no more jobs are read from the database.
  explicit index_cache(std::size_t scanned_max) : scanned_max_{scanned_max} {
    // nop
  }

  /// Whether a list of an organisation with that many agent jobs is quicker with a column index.
  bool is_for(std::size_t jobs) const noexcept {
    return jobs > scanned_max_;
  }

  /// A commit begins. @param changes must stay until it has ended.
  void begin_commit(const job_changes& changes);

  /// It has ended. If it is not done, what the database holds is not known, and the index is dropped.
  void end_commit(bool is_done);

  /// Lists take turns.
  std::unique_lock<std::mutex> take_turn() {
    return std::unique_lock{turn_};
  }

  /// Within a turn, while a reader's moment begins: no commit begins or ends as long as it is held, so
  /// not for longer than the first short read takes.
  std::unique_lock<std::mutex> hold_commits() {
    return std::unique_lock{commits_};
  }

  /// The column index; null if there is none, and then one is wanted. Within a turn, with commits held.
  column_index* current() noexcept;

  /// What it lacks, which is the caller's to apply. Within a turn, with commits held.
  missing_changes take_missing();

  /// Asks for a column index.
  void want() {
    const std::lock_guard lock{commits_};
    is_wanted_ = true;
  }

  /// Whether one is to be loaded: it was asked for or a fault has taken it away, there is none, and none is
  /// being loaded.
  bool is_wanted();

  /// Begins to load one, as of this moment, and returns the number of the loading. Nothing: there is one, or
  /// it is being loaded. With commits held.
  std::optional<std::uint64_t> begin_loading();

  /// Whether a loading goes on: false once a fault has made it useless.
  bool is_loading(std::uint64_t number);

  /// Takes what was loaded. Outside of turns.
  /// @param number what `begin_loading` returned.
  /// @param loaded null: it could not be loaded.
  void end_loading(std::uint64_t number, std::unique_ptr<column_index> loaded);

  /// There are too many jobs for one: it is not wanted until the next list asks. With commits held.
  void refuse() noexcept {
    is_wanted_ = false;
  }

private:
  void bring_up_to_date();
  void forget();

  const std::size_t scanned_max_;

  /// Taken before `commits_`.
  std::mutex turn_;
  /// Guarded by `turn_`.
  std::unique_ptr<column_index> current_;

  /// Guards the others.
  std::mutex commits_;
  bool is_there_ = false;
  bool is_wanted_ = false;
  /// The number of the loading under way.
  std::optional<std::uint64_t> loading_;
  std::uint64_t loadings_ = 0;
  job_changes under_way_;
  /// What was committed while there is a column index or one is loaded, and is not in it yet.
  std::vector<column_changes> committed_;
};

/// A commit, from its begin to its end. One that is left by an exception is not done.
class noted_commit {
public:
  noted_commit(index_cache& lists, const job_changes& changes) : lists_{lists} {
    lists_.begin_commit(changes);
  }
  noted_commit(const noted_commit&) = delete;
  noted_commit& operator=(const noted_commit&) = delete;
  ~noted_commit() {
    if (!has_ended_)
      lists_.end_commit(false);
  }

  void end(bool is_done) {
    lists_.end_commit(is_done);
    has_ended_ = true;
  }

private:
  index_cache& lists_;
  bool has_ended_ = false;
};

} // namespace callboard::sqlite
