#include "app/open_store.hpp"

namespace callboard::app {

std::optional<std::string> store_complaint(std::string_view setting) {
  if (setting == "memory:")
    return std::nullopt;
  if (setting.starts_with("sqlite:"))
    return "must be memory: in this version, sqlite: is not available yet";
  return "must be memory: or sqlite:FILE";
}

result<std::unique_ptr<store>> open_store(std::string_view setting) {
  if (const auto complaint = store_complaint(setting))
    return fail(errc::invalid_argument, "store " + *complaint);
  return make_memory_store();
}

} // namespace callboard::app
