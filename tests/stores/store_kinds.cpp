#include "tests/stores/store_contract.hpp"

namespace callboard::tests {

std::vector<store_kind> all_store_kinds() {
  const auto open_sqlite = [](const std::filesystem::path& directory) {
    return open_sqlite_store({.path = directory / "jobs.db", .sync = store_sync::normal}).value();
  };
  return {{"memory", [](const std::filesystem::path&) { return make_memory_store(); }},
          {"sqlite", open_sqlite}};
}

} // namespace callboard::tests
