#include "http/transport/connection_places.hpp"

namespace callboard::http {

std::optional<connection_places::place> connection_places::take(const source& from) {
  if (taken_.fetch_add(1) >= count_max_) {
    taken_.fetch_sub(1);
    return std::nullopt;
  }
  if (per_source_max_ > 0) {
    const sync::lock_guard guard{mutex_};
    auto& count = per_source_[from];
    if (count == per_source_max_) {
      taken_.fetch_sub(1);
      return std::nullopt;
    }
    ++count;
  }
  return place{shared_from_this(), from};
}

void connection_places::leave(const source& from) noexcept {
  if (per_source_max_ > 0) {
    const sync::lock_guard guard{mutex_};
    const auto found = per_source_.find(from);
    if (--found->second == 0)
      per_source_.erase(found);
  }
  taken_.fetch_sub(1);
}

} // namespace callboard::http
