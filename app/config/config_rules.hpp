#pragma once

#include "app/config/config_document.hpp"

namespace callboard::app {

/// Checks what no single key can tell: names and ids that must be unique, files that belong
/// together, a listener that would be open to the world. Works on completed values that may still
/// have faults.
void check_relations(config_document& document, const environment& variables);

/// Gives each agent without an `id` the version-5 UUID of "callboard:agent:NAME", in the values and in
/// what is shown of them. Both are completed, and without faults.
void fill_agent_ids(nlohmann::json& values, nlohmann::json& shown);

/// The environment variable that holds one more key, with the scope MESSAGING.
inline constexpr std::string_view messaging_key_variable = "ELIZA_SERVER_AUTH_TOKEN";

} // namespace callboard::app
