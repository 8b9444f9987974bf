#pragma once

#include <cstdint>
#include <vector>

#include <callboard/job.hpp>
#include <callboard/store.hpp>

namespace callboard::core {

/// Where a state stands when jobs are ordered by it (`job_field::state`): states that the Agent Jobs
/// API shows by one word have one rank.
std::uint8_t state_rank(job_state state) noexcept;

/// One more than the highest rank.
inline constexpr std::size_t state_rank_count = 6;

/// The steps of a query's order: its own, or newest first.
std::vector<job_sort> order_of(const job_query& query);

/// Whether a job is one that the query asks for, its state and kind apart.
bool matches_but_state(const job& one, const job_query& query);

/// Whether `left` comes before `right`. @pre `order` is not empty.
bool comes_before(const job& left, const job& right, const std::vector<job_sort>& order);

} // namespace callboard::core
