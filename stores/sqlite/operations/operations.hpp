#pragma once

#include <callboard/error.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::sqlite {

/// What operators do with a database. None of these functions writes to a terminal: they tell.

/// Told now and then during long work: at what, how far, of how much (0: not known).
using progress = std::function<void(std::string_view stage, std::size_t done, std::size_t total)>;

/// What `check` has found.
struct check_report {
  /// Jobs in the database.
  std::size_t jobs = 0;
  /// Scheduled jobs in it.
  std::size_t schedules = 0;
  /// Sessions in it, and their messages.
  std::size_t sessions = 0;
  std::size_t messages = 0;
  /// What is wrong, in words; empty: nothing. At most `faults_max`.
  std::vector<std::string> faults;
};

/// More would tell no more.
inline constexpr std::size_t faults_max = 100;

/// Reads all of a database, that of a running server too, and looks for damage: in its pages, its
/// indexes, between its tables, in every job. Changes nothing. Errors: `io` (no database there, or one
/// that is too damaged to begin with).
result<check_report> check(const std::string& path, const progress& told = {});

/// How much went into or out of a database.
struct transfer_counts {
  std::size_t jobs = 0;
  std::size_t schedules = 0;
  std::size_t sessions = 0;
  /// Of sessions.
  std::size_t messages = 0;
};

/// Writes all jobs of a database, that of a running server too, then all scheduled jobs, then each
/// session with its messages behind it, as JSON Lines, all of one moment. Errors: `io`.
result<transfer_counts> export_jobs(const std::string& path, std::ostream& to,
                                    const progress& told = {});

/// Puts jobs from JSON Lines, as `export_jobs` writes them, into a database that no process uses; it is
/// made if it is not there. A job that is there in the same or a newer version stays as it is, and so
/// does a scheduled job that has done no less. A session that is there stays with its messages unless the
/// lines have more of it; then they replace it.
/// Returns the numbers of lines. Errors: `invalid_argument` with the line's number (some jobs of the
/// lines before it may have been put in), `io`.
result<transfer_counts> import_jobs(const std::string& path, std::istream& from,
                                    const progress& told = {});

/// What `compact` has achieved.
struct compact_report {
  std::uintmax_t bytes_before = 0;
  std::uintmax_t bytes_after = 0;
};

/// Writes a database that no process uses anew, without the free pages that erased jobs have left. It
/// needs as much free disk as the database will have. Errors: `io`; the database is as it was.
result<compact_report> compact(const std::string& path);

} // namespace callboard::sqlite
