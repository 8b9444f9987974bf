#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/lists/column_index.hpp"

#include <chrono>
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
  /// Of the commit that has begun and not ended: whoever reads may see it or not.
  column_changes under_way;
};

/// Keeps the column index of a store true to what has been committed. There is one only while lists ask for
/// it: it is loaded for the first of them and forgotten when none has come for a while.
///
/// Lists and commits do not wait for one another. Commits leave what they change behind, and whoever has
/// the column index brings it up to date: a list to the moment of its reader, else the next commit.
class index_cache {
public:
  /// @param scanned_max lists of organisations with no more jobs are read from the database.
  explicit index_cache(std::size_t scanned_max) : scanned_max_{scanned_max} {
    // nop
  }

  /// Whether a list of so many jobs is worth a column index.
  bool is_for(std::size_t jobs) const noexcept {
    return jobs > scanned_max_ && jobs <= jobs_max;
  }

  /// A commit begins. @param changes must stay until it has ended.
  void begin_commit(const job_changes& changes);

  /// It has ended. If it is not done, nobody knows what the database holds.
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

  /// The column index; null if there is none. Within a turn.
  column_index* current() noexcept;

  /// What it lacks, which is the caller's to apply. Within a turn, with commits held.
  missing_changes take_missing();

  /// Someone begins to load one, as of this moment. Nothing: another one does so already. With commits
  /// held.
  std::optional<std::uint64_t> begin_loading();

  /// Takes what was loaded. Outside of turns.
  /// @param number what `begin_loading` returned.
  /// @param loaded null: it could not be loaded.
  void end_loading(std::uint64_t number, std::unique_ptr<column_index> loaded);

private:
  /// Loading takes a second for a million jobs, their column index 70 MB: who looks at lists now and then
  /// finds it, and an idle night does not pay for it.
  static constexpr std::chrono::minutes idle_limit{10};

  /// The column index of so many jobs takes 300 MB; more are looked at in the database.
  static constexpr std::size_t jobs_max = 4'000'000;

  void bring_up_to_date();
  void forget();

  const std::size_t scanned_max_;

  /// Taken before `commits_`. Guards the next two.
  std::mutex turn_;
  std::unique_ptr<column_index> current_;
  std::chrono::steady_clock::time_point used_at_{};

  /// Guards the others.
  std::mutex commits_;
  bool is_there_ = false;
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
