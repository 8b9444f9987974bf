#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace callboard::app {

/// Operations on a database.
enum class store_task { check, export_jobs, import_jobs, compact };

struct store_command {
  store_task what = store_task::check;
  /// File of an import or export; none: standard input, standard output.
  std::optional<std::filesystem::path> file;
};

/// Performs the task on the database of that `store` setting, with progress and errors on standard
/// error; returns the exit status.
int run_store_command(const store_command& command, std::string_view store);

} // namespace callboard::app
