#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace callboard::app {

/// What operators do with a database.
enum class store_task { check, export_jobs, import_jobs, compact };

struct store_command {
  store_task what = store_task::check;
  /// Where an import comes from or an export goes to; none: standard input, standard output.
  std::optional<std::filesystem::path> file;
};

/// Does the task on the database of that `store` setting, telling progress and faults on standard
/// error; returns the exit code.
int run_store_command(const store_command& command, std::string_view store);

} // namespace callboard::app
