#include "stores/sqlite/lists/id_index.hpp"

#include <functional>

namespace callboard::sqlite {

std::size_t id_index::home_of(const uuid& id) const noexcept {
  // Ids from outside (imports) may count up where random ones are random.
  constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;
  const auto mixed = static_cast<std::uint64_t>(std::hash<uuid>{}(id)) * golden;
  return static_cast<std::size_t>(mixed >> 20) & (buckets_.size() - 1);
}

std::size_t id_index::bucket_of(const uuid& id) const noexcept {
  auto at = home_of(id);
  while (buckets_[at] != none && ids_[buckets_[at]] != id)
    at = (at + 1) & (buckets_.size() - 1);
  return at;
}

void id_index::insert(std::uint32_t slot) {
  if (2 * (used_ + 1) > buckets_.size())
    grow();
  buckets_[bucket_of(ids_[slot])] = slot;
  ++used_;
}

void id_index::erase(const uuid& id) noexcept {
  const auto mask = buckets_.size() - 1;
  auto hole = bucket_of(id);
  --used_;
  // Those behind it move up, unless that would put them before their home.
  for (auto next = (hole + 1) & mask; buckets_[next] != none; next = (next + 1) & mask) {
    const auto home = home_of(ids_[buckets_[next]]);
    if (((next - home) & mask) < ((next - hole) & mask))
      continue;
    buckets_[hole] = buckets_[next];
    hole = next;
  }
  buckets_[hole] = none;
}

void id_index::grow() {
  auto old = std::move(buckets_);
  buckets_.assign(2 * old.size(), none);
  for (const auto slot : old)
    if (slot != none)
      buckets_[bucket_of(ids_[slot])] = slot;
}

} // namespace callboard::sqlite
