#pragma once

#include <optional>

#include <callboard/store.hpp>

#include "stores/sqlite/lists/job_source.hpp"

namespace callboard::sqlite {

/// Whether a query names a job type, a channel or tags.
bool has_filter(const job_query& query);

/// Whether a merge of sources can answer a query whose order begins with that step. Only a scan can
/// answer: a bound on another time than that of the order, several tags, a tag beside another filter,
/// an order of several steps, one by time of due or change beside a filter, and filters over all
/// organisations.
bool can_merge(const job_query& query, const job_sort& order);

/// Bounds on a time, as sources take them.
time_bounds bounds(const std::optional<system_time>& from, const std::optional<system_time>& to);

} // namespace callboard::sqlite
