#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <callboard/error.hpp>
#include <callboard/store.hpp>

namespace callboard::app {

/// Where jobs are kept when the configuration does not say; as JSON.
inline constexpr std::string_view store_default = R"("memory:")";

/// What the setting may say, as the documentation shows it.
inline constexpr std::string_view store_meaning
  = "Where jobs are kept: `memory:`, gone with the process.";

/// What is wrong with a `store` setting; nothing when it can be opened by this program.
std::optional<std::string> store_complaint(std::string_view setting);

/// Opens the store that a setting names. Errors: `invalid_argument` (see `store_complaint`), `io`.
result<std::unique_ptr<store>> open_store(std::string_view setting);

} // namespace callboard::app
