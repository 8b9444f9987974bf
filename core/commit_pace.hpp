#pragma once

#include <chrono>
#include <cstddef>

#include <callboard/time.hpp>

namespace callboard::core {

/// How the last commit went.
struct last_commit {
  steady_time ended_at;
  steady_time::duration took{0};
  /// How many of its snapshots somebody waited for.
  std::size_t awaited = 0;
};

/// When to write what has gathered since, of which so many snapshots are waited for. A commit costs the
/// same for one as for a hundred, and callers that have just been answered mostly come again. So it is
/// begun at once when as many wait as the last time, and else left a little to gather: for half the
/// time of a commit, or a whole one when nobody waits, and never for more than `patience_max`.
steady_time commit_time(std::size_t awaited, const last_commit& last) noexcept;

/// Nobody notices that a job ended 5 ms later; a disk that slow commits 100 times a second at most.
inline constexpr std::chrono::milliseconds patience_max{5};

} // namespace callboard::core
