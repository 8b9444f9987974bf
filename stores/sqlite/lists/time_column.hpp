#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace callboard::sqlite {

/// Jobs of the column index that are looked at together: their marks, and what is read of their columns, stay in
/// the processor's first cache.
inline constexpr std::size_t column_block = 2048;

/// A column of times that knows between which times each block of it lies: most blocks can be told to hold
/// nothing, or nothing else, without a look at them.
class time_column {
public:
  /// The least and the greatest time that may stand in a block; none if `least` is above `greatest`.
  struct range {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t greatest = std::numeric_limits<std::int64_t>::min();
  };

  std::int64_t operator[](std::size_t slot) const noexcept {
    return times_[slot];
  }

  void set(std::size_t slot, std::int64_t time) noexcept {
    times_[slot] = time;
    auto& [least, greatest] = ranges_[slot / column_block];
    least = std::min(least, time);
    greatest = std::max(greatest, time);
  }

  /// Adds a slot, whose time has to be set.
  void emplace_back() {
    if (times_.size() % column_block == 0)
      ranges_.emplace_back();
    times_.emplace_back();
  }

  void pop_back() {
    times_.pop_back();
    if (times_.size() % column_block == 0)
      ranges_.pop_back();
  }

  void reserve(std::size_t count) {
    times_.reserve(count);
    ranges_.reserve(count / column_block + 1);
  }

  const std::int64_t* data() const noexcept {
    return times_.data();
  }

  /// What the block from that slot on lies within. It may be wider than the block: what is gone is not
  /// taken off.
  const range& range_of(std::size_t first_slot) const noexcept {
    return ranges_[first_slot / column_block];
  }

private:
  std::vector<std::int64_t> times_;
  std::vector<range> ranges_;
};

} // namespace callboard::sqlite
