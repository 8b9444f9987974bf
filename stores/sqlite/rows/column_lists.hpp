#pragma once

#include <callboard/job.hpp>

#include "stores/sqlite/file/statement.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

namespace callboard::sqlite {

/// "a, b, c"
std::string names(std::span<const std::string_view> columns);

/// "?1, ?2, ?3"
std::string places(std::size_t first, std::size_t count);

/// Sets what changes while a job lives (`progress_columns`); the row comes last.
std::string update_progress_sql(std::string_view table);

/// Sets `progress_columns` and `ending_columns`; the row comes last.
std::string update_state_sql(std::string_view table);

/// Sets from when to when a job may take: `due_at`, `expires_at`; the row comes last.
std::string update_span_sql(std::string_view table);

/// Whether only what `update_progress_sql` writes has changed: it leaves the indexes alone.
bool is_progress(const job& snapshot, job_state stored);

/// Runs a statement with the values of a tuple.
template <class... Values>
result<void> run(statement& with, const std::tuple<Values...>& values) {
  return std::apply([&](const auto&... each) { return with.run(each...); }, values);
}

} // namespace callboard::sqlite
