#include "tests/stores/store_contract.hpp"

#include "stores/sqlite/sqlite_store.hpp"

namespace callboard::tests {

std::vector<store_kind> all_store_kinds() {
  const auto open_sqlite = [](const std::filesystem::path& directory) {
    return open_sqlite_store({.path = directory / "jobs.db", .sync = store_sync::normal}).value();
  };
  // However few the jobs: lists of agent jobs come from the column index.
  const auto open_with_columns = [](const std::filesystem::path& directory) {
    return sqlite::open_store(
             {.path = directory / "jobs.db", .sync = store_sync::normal, .scanned_max = 0})
      .value();
  };
  return {{"memory", [](const std::filesystem::path&) { return make_memory_store(); }},
          {"sqlite", open_sqlite},
          {"columns", open_with_columns}};
}

} // namespace callboard::tests
