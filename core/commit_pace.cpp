#include "core/commit_pace.hpp"

#include <algorithm>

namespace callboard::core {

steady_time commit_time(std::size_t awaited, const last_commit& last) noexcept {
  if (awaited > 0 && awaited >= last.awaited)
    return last.ended_at;
  const auto patience = awaited > 0 ? last.took / 2 : last.took;
  return last.ended_at + std::min<steady_time::duration>(patience, patience_max);
}

} // namespace callboard::core
