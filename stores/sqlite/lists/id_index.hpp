#pragma once

#include <callboard/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace callboard::sqlite {

/// Finds the slot of an id in a column of ids: an open hash table of slot numbers, eight bytes or less
/// for each, where a map would take fifty.
class id_index {
public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  /// @param ids the column; outlives this.
  explicit id_index(const std::vector<uuid>& ids) : ids_{ids}, buckets_(least_size, none) {
    // nop
  }
  id_index(const id_index&) = delete;
  id_index& operator=(const id_index&) = delete;

  /// The slot of an id; `none` if it has none.
  std::uint32_t find(const uuid& id) const noexcept {
    return buckets_[bucket_of(id)];
  }

  /// Adds a slot whose id stands in the column. @pre the id has none yet
  void insert(std::uint32_t slot);

  /// Forgets the slot of an id. @pre it has one, and it stands in the column still
  void erase(const uuid& id) noexcept;

  /// An id gets another slot. @pre it has one; the column may show it at either
  void move(const uuid& id, std::uint32_t to) noexcept {
    buckets_[bucket_of(id)] = to;
  }

private:
  static constexpr std::size_t least_size = 1024;

  std::size_t home_of(const uuid& id) const noexcept;
  /// Where an id is, or would be put.
  std::size_t bucket_of(const uuid& id) const noexcept;
  void grow();

  const std::vector<uuid>& ids_;
  /// A power of two many, at most half of them in use.
  std::vector<std::uint32_t> buckets_;
  std::size_t used_ = 0;
};

} // namespace callboard::sqlite
