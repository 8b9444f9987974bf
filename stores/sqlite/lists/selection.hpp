#pragma once

#include "stores/sqlite/lists/time_column.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace callboard::sqlite {

/// A block of the column index.
struct slot_block {
  std::size_t begin;
  std::size_t size;
};

/// For each job of a block whether it is (still) wanted.
///
/// The loops have no branches and go over what cannot overlap, so that the compiler has the processor do
/// many jobs at a time.
class selection {
public:
  explicit selection(const slot_block& of) noexcept : of_{of} {
    // nop
  }

  const slot_block& block() const noexcept {
    return of_;
  }

  void set_all() noexcept {
    std::memset(marks_.data(), 1, of_.size);
  }

  void clear() noexcept {
    std::memset(marks_.data(), 0, of_.size);
  }

  /// How many are marked.
  std::size_t count() const noexcept {
    return count_if([](std::size_t) { return true; });
  }

  /// How many are marked and have that value.
  std::size_t count_equal(const std::vector<std::uint8_t>& column,
                          std::uint8_t value) const noexcept {
    const auto* const values = column.data() + of_.begin;
    return count_if([values, value](std::size_t i) { return values[i] == value; });
  }

  template <class T>
  void keep_equal(const std::vector<T>& column, T wanted) noexcept {
    const auto* const values = column.data() + of_.begin;
    keep_if([values, wanted](std::size_t i) { return values[i] == wanted; });
  }

  template <class T>
  void keep_unequal(const std::vector<T>& column, T unwanted) noexcept {
    const auto* const values = column.data() + of_.begin;
    keep_if([values, unwanted](std::size_t i) { return values[i] != unwanted; });
  }

  /// Leaves those of which a test of the place in the block holds; for tests that need no branch.
  template <class Test>
  void keep_if(Test test) noexcept {
    auto* const __restrict kept = marks_.data();
    // A byte that is written could be part of anything, the size too.
    const auto size = of_.size;
    for (std::size_t i = 0; i < size; ++i)
      kept[i] = static_cast<std::uint8_t>(kept[i] & (test(i) ? 1 : 0));
  }

  /// The same for a test that is worth more than a look at the mark.
  template <class Test>
  void keep_each_if(Test test) {
    for_each(false, [&](std::size_t at) { marks_[at] = test(at) ? 1 : 0; });
  }

  void add(const selection& other) noexcept {
    const auto* const __restrict added = other.marks_.data();
    auto* const __restrict kept = marks_.data();
    const auto size = of_.size;
    for (std::size_t i = 0; i < size; ++i)
      kept[i] |= added[i];
  }

  /// Calls `visit` with each marked place in the block, in either direction.
  template <class Visit>
  void for_each(bool is_backward, Visit visit) const {
    const auto words = (of_.size + word_size - 1) / word_size;
    for (std::size_t i = 0; i < words; ++i) {
      const auto first = (is_backward ? words - 1 - i : i) * word_size;
      std::uint64_t word = 0;
      std::memcpy(&word, marks_.data() + first, word_size);
      while (word != 0) {
        const auto bit = first_bit(word, is_backward);
        visit(first + place_of(bit));
        word &= ~(std::uint64_t{1} << bit);
      }
    }
  }

private:
  static constexpr std::size_t word_size = sizeof(std::uint64_t);

  static constexpr auto is_little_endian = std::endian::native == std::endian::little;

  /// The bit of the first mark in a word, or the last one: each is the lowest bit of its byte.
  static std::size_t first_bit(std::uint64_t word, bool is_last) noexcept {
    return static_cast<std::size_t>(is_last == is_little_endian ? std::bit_width(word) - 1
                                                                : std::countr_zero(word));
  }

  static std::size_t place_of(std::size_t bit) noexcept {
    constexpr std::size_t bits = 8;
    return is_little_endian ? bit / bits : word_size - 1 - bit / bits;
  }

  /// What is counted in a byte before it is added up: more would not fit.
  static constexpr std::size_t counted_at_once = 240;

  template <class Test>
  std::size_t count_if(Test test) const noexcept {
    std::size_t sum = 0;
    for (std::size_t begin = 0; begin < of_.size; begin += counted_at_once) {
      const auto end = std::min(begin + counted_at_once, of_.size);
      std::uint8_t some = 0;
      for (auto i = begin; i < end; ++i)
        some = static_cast<std::uint8_t>(some + (marks_[i] & (test(i) ? 1 : 0)));
      sum += some;
    }
    return sum;
  }

  slot_block of_;
  /// 1 or 0; 0 behind the block.
  std::array<std::uint8_t, column_block> marks_{};
};

} // namespace callboard::sqlite
