#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::app {

/// The default of the setting, as JSON.
inline constexpr std::string_view store_default = R"("sqlite:var/callboard.db")";

/// The meaning of the setting, for the documentation.
inline constexpr std::string_view store_meaning
  = "Where jobs are kept: `sqlite:FILE` is a database, `memory:` is lost with the process.";

/// What is wrong with a `store` setting; nothing if this program can open it.
std::optional<std::string> store_complaint(std::string_view setting);

/// The file of a `sqlite:` setting; nothing for any other.
std::optional<std::string> database_of(std::string_view setting);

} // namespace callboard::app
