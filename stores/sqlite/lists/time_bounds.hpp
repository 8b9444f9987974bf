#pragma once

#include <callboard/job.hpp>

#include <cstdint>
#include <limits>
#include <optional>

namespace callboard::sqlite {

/// Bounds on a time in milliseconds since 1970, both included.
struct time_bounds {
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
};

/// The bounds of a query; without one, the widest.
inline time_bounds bounds(const std::optional<system_time>& from,
                          const std::optional<system_time>& to) noexcept {
  time_bounds made;
  if (from)
    made.from = from->time_since_epoch().count();
  if (to)
    made.to = to->time_since_epoch().count();
  return made;
}

} // namespace callboard::sqlite
