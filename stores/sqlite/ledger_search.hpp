#pragma once

#include <callboard/store.hpp>

#include "stores/sqlite/job_source.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace callboard::sqlite {

/// Jobs by columns: a slot each.
struct ledger_columns {
  std::vector<uuid> id;
  std::vector<std::uint64_t> version;
  std::vector<std::int64_t> created_at;
  std::vector<std::int64_t> due_at;
  std::vector<std::int64_t> updated_at;
  // Numbers of names.
  std::vector<std::uint32_t> organisation;
  std::vector<std::uint32_t> job_type;
  std::vector<std::uint32_t> channel;
  /// Number of a set of tags.
  std::vector<std::uint32_t> tag_set;
  /// A `job_state`.
  std::vector<std::uint8_t> state;
};

/// What a search looks for: all that is set must hold.
struct ledger_filter {
  std::optional<std::uint32_t> organisation;
  std::optional<std::uint32_t> job_type;
  std::optional<std::uint32_t> channel;
  /// 1 for the sets that will do, by number; empty: any set.
  std::vector<std::uint8_t> tag_sets;
  time_bounds due;
  time_bounds created;
  /// 1 for the states asked for.
  std::array<std::uint8_t, job_state_count> states{};
  bool counts_states = false;
};

/// A step of an order.
struct ledger_step {
  job_field by = job_field::created_at;
  bool is_descending = true;
  /// For names: where each stands in the order, by number.
  const std::vector<std::uint32_t>* ranks = nullptr;
};

/// What a search finds.
struct ledger_page {
  /// The jobs of the page, in order.
  std::vector<uuid> ids;
  /// As in `job_page`.
  std::size_t matching = 0;
  state_counts by_state{};
};

/// Looks at every job once, a column at a time, and sorts only what can be on the page: some
/// nanoseconds a job, whatever is asked for.
/// @param order at least one step.
ledger_page search(const ledger_columns& jobs, const ledger_filter& wanted,
                   const std::vector<ledger_step>& order, std::size_t offset, std::size_t limit);

} // namespace callboard::sqlite
