#pragma once

#include "stores/sqlite/lists/column_scan.hpp"
#include "stores/sqlite/lists/selection.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace callboard::sqlite {

/// A step of an order, with what it looks at.
class order_key {
public:
  order_key(const index_columns& jobs, const column_step& step);

  bool is_descending() const noexcept {
    return is_descending_;
  }

  bool is_time() const noexcept {
    return times_ != nullptr;
  }

  std::int64_t operator()(std::uint32_t slot) const noexcept;

  /// Sorts marked jobs by this step alone.
  /// @param equal the jobs to look at; those stay that stand where a key does
  /// @param before gets those that stand before it
  void split(std::int64_t key, selection& equal, selection& before) const;

private:
  bool is_before(std::int64_t left, std::int64_t right) const noexcept {
    return is_descending_ ? left > right : left < right;
  }

  void split_times(std::int64_t key, selection& equal, selection& before) const;
  void split_states(std::int64_t key, selection& equal, selection& before) const;
  void split_names(std::int64_t key, selection& equal, selection& before) const;

  const bool is_descending_;
  const time_column* times_ = nullptr;
  const std::vector<std::uint8_t>* states_ = nullptr;
  const std::vector<std::uint32_t>* names_ = nullptr;
  const std::vector<std::uint32_t>* ranks_ = nullptr;
};

/// The first jobs of an order, among those that are offered one after another.
class first_places {
public:
  /// @param count how many are wanted, at least one
  first_places(const index_columns& jobs, const std::vector<column_step>& order, std::size_t count);

  /// Whether jobs had better be offered from the last to the first. They stand roughly by age, so this is
  /// where the first places of an order are that has a time in it.
  bool is_backward() const noexcept;

  /// Offers the marked jobs. @param marked is used up.
  void offer(selection& marked);

  /// Those from a place on, in order.
  std::vector<std::uint32_t> take_from(std::size_t place);

private:
  auto order() const {
    return [this](std::uint32_t left, std::uint32_t right) { return is_before(left, right); };
  }

  bool is_before(std::uint32_t left, std::uint32_t right) const noexcept;
  /// Leaves out what stands after the last of the first places by the steps of the order.
  void leave_out(selection& marked) const;
  void offer(std::uint32_t slot);
  /// Leaves the first `count_`; what comes after the last of them need not be looked at again.
  void sort_out();

  const index_columns& jobs_;
  const std::size_t count_;
  const std::size_t places_;
  /// For jobs that are equal in all steps.
  const bool is_newest_first_;
  std::vector<order_key> keys_;
  std::vector<std::uint32_t> chosen_;
  bool is_bounded_ = false;
  std::uint32_t bound_ = 0;
};

} // namespace callboard::sqlite
