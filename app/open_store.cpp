#include "app/open_store.hpp"

namespace callboard::app {

namespace {

constexpr std::string_view sqlite_prefix = "sqlite:";

} // namespace

std::optional<std::string> store_complaint(std::string_view setting) {
  if (setting == "memory:")
    return std::nullopt;
  if (setting == sqlite_prefix)
    return "must name a file after sqlite:";
  if (setting.starts_with(sqlite_prefix))
    return std::nullopt;
  return "must be memory: or sqlite:FILE";
}

std::optional<std::string> database_of(std::string_view setting) {
  if (!setting.starts_with(sqlite_prefix))
    return std::nullopt;
  return std::string{setting.substr(sqlite_prefix.size())};
}

result<std::unique_ptr<store>> open_store(std::string_view setting, store_sync sync) {
  if (const auto complaint = store_complaint(setting))
    return fail(errc::invalid_argument, "store " + *complaint);
  if (auto path = database_of(setting))
    return open_sqlite_store({.path = *std::move(path), .sync = sync});
  return make_memory_store();
}

} // namespace callboard::app
