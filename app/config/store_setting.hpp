#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::app {

/// Where jobs are kept when the configuration does not say; as JSON.
inline constexpr std::string_view store_default = R"("sqlite:var/callboard.db")";

/// What the setting may say, as the documentation shows it.
inline constexpr std::string_view store_meaning
  = "Where jobs are kept: `sqlite:FILE` is a database, `memory:` is lost with the process.";

/// What is wrong with a `store` setting; nothing when it can be opened by this program.
std::optional<std::string> store_complaint(std::string_view setting);

/// The file of a `sqlite:` setting; nothing for any other.
std::optional<std::string> database_of(std::string_view setting);

} // namespace callboard::app
