#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/lists/time_bounds.hpp"
#include "stores/sqlite/lists/time_column.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace callboard::sqlite {

/// Jobs by columns: a slot each.
struct index_columns {
  std::vector<uuid> id;
  std::vector<std::uint64_t> version;
  time_column created_at;
  time_column due_at;
  time_column updated_at;
  // Numbers of names.
  std::vector<std::uint32_t> organisation;
  std::vector<std::uint32_t> job_type;
  std::vector<std::uint32_t> channel;
  /// Number of a set of tags.
  std::vector<std::uint32_t> tag_set;
  /// A `job_state`.
  std::vector<std::uint8_t> state;
};

/// Some of the numbers from 0 to a count: a bit each, as there may be very many and each job's is looked up.
class number_set {
public:
  /// For loops: a copy of it needs not be read again.
  class view {
  public:
    bool contains(std::uint32_t number) const noexcept {
      return (words_[number / word_bits] >> number % word_bits & 1) != 0;
    }

  private:
    friend class number_set;
    const std::uint64_t* words_ = nullptr;
  };

  explicit number_set(std::size_t count) : words_(count / word_bits + 1) {
    // nop
  }

  void insert(std::uint32_t number) noexcept {
    words_[number / word_bits] |= std::uint64_t{1} << number % word_bits;
  }

  /// Valid as long as the set.
  view look() const noexcept {
    view made;
    made.words_ = words_.data();
    return made;
  }

private:
  static constexpr std::uint32_t word_bits = 64;

  std::vector<std::uint64_t> words_;
};

/// What a search looks for: all that is set must hold.
struct column_filter {
  std::optional<std::uint32_t> organisation;
  std::optional<std::uint32_t> job_type;
  std::optional<std::uint32_t> channel;
  /// The sets that will do; nothing: any set.
  std::optional<number_set> tag_sets;
  time_bounds due;
  time_bounds created;
  /// 1 for the states asked for.
  std::array<std::uint8_t, job_state_count> states{};
  bool counts_states = false;
};

/// A step of an order.
struct column_step {
  job_field by = job_field::created_at;
  bool is_descending = true;
  /// For names: where each stands in the order, by number.
  const std::vector<std::uint32_t>* ranks = nullptr;
};

/// What a search finds.
struct column_page {
  /// The jobs of the page, in order.
  std::vector<uuid> ids;
  /// As in `job_page`.
  std::size_t matching = 0;
  state_counts by_state{};
};

/// Looks at all jobs, a column of a block at a time, and sorts only what can be on the page: a few
/// nanoseconds a job, whatever is asked for. Blocks that lie elsewhere in time are passed over.
/// @param order at least one step.
column_page search(const index_columns& jobs, const column_filter& wanted,
                   const std::vector<column_step>& order, std::size_t offset, std::size_t limit);

} // namespace callboard::sqlite
