#include "tests/stores/store_contract.hpp"

namespace callboard::tests {

std::vector<store_kind> all_store_kinds() {
  return {{"memory", [](const std::filesystem::path&) { return make_memory_store(); }}};
}

} // namespace callboard::tests
