#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace callboard::sqlite {

/// Keeps the ledger of a store true to what has been committed. There is one only while lists ask for
/// it: it is loaded for the first of them and forgotten when none has come for a while. The other
/// members are called under its lock.
class ledger_keeper {
public:
  /// @param scanned_max lists of organisations with no more jobs are read from the database.
  explicit ledger_keeper(std::size_t scanned_max) : scanned_max_{scanned_max} {
    // nop
  }

  /// Whether a list of so many jobs is worth a ledger.
  bool is_for(std::size_t jobs) const noexcept {
    return jobs > scanned_max_ && jobs <= jobs_max;
  }

  /// Held while a commit ends, and while a reader begins: so the ledger is of the reader's moment.
  std::unique_lock<std::mutex> hold() {
    return std::unique_lock{mutex_};
  }

  /// The ledger; null if there is none.
  ledger* current() noexcept;

  /// Someone begins to load one, as of this moment. Nothing: another one does so already.
  std::optional<std::uint64_t> begin_loading();

  /// Takes what was loaded, brought up to date.
  /// @param number what `begin_loading` returned.
  /// @param loaded null: it could not be loaded.
  void end_loading(std::uint64_t number, std::unique_ptr<ledger> loaded);

  /// Jobs have been committed.
  void note(std::span<const job_ptr> snapshots, std::span<const uuid> erased);

  /// Nobody knows what the database holds.
  void forget() noexcept;

private:
  /// What came while one was loaded.
  struct change {
    std::vector<job_ptr> snapshots;
    std::vector<uuid> erased;
  };

  /// Loading takes a second for a million jobs, their ledger 70 MB: who looks at lists now and then
  /// finds it, and an idle night does not pay for it.
  static constexpr std::chrono::minutes idle_limit{10};

  /// The ledger of so many jobs takes 300 MB; more are looked at in the database.
  static constexpr std::size_t jobs_max = 4'000'000;

  static void apply(ledger& to, std::span<const job_ptr> snapshots, std::span<const uuid> erased);

  const std::size_t scanned_max_;
  std::mutex mutex_;
  std::unique_ptr<ledger> current_;
  std::chrono::steady_clock::time_point used_at_{};
  /// The number of the loading under way.
  std::optional<std::uint64_t> loading_;
  std::uint64_t loadings_ = 0;
  std::vector<change> missed_;
};

} // namespace callboard::sqlite
