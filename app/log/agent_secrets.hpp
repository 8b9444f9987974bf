#pragma once

#include <string>
#include <vector>

#include "app/config/config.hpp"

namespace callboard::app {

/// What of the agents' settings nobody but the agent may see: keys, header values, environments, what
/// stands in URLs before the host and after the question mark. The
/// longest first. Texts under eight bytes are left out: they are no secrets, and stand everywhere.
std::vector<std::string> secrets_of(const std::vector<agent_config>& agents);

/// A text with each secret in it replaced by `***`.
/// @param secrets the longest first.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

/// Text of an agent for a log: without secrets, and truncated to a kilobyte.
std::string loggable(std::string text, const std::vector<std::string>& secrets);

} // namespace callboard::app
