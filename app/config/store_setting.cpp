#include "app/config/store_setting.hpp"

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

} // namespace callboard::app
