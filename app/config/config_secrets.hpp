#pragma once

#include "app/config/config_document.hpp"

namespace callboard::app {

/// Secrets that are empty: of the agents' `secret`, `headers`, URLs and `apiKeyEnv`, and of `tls`, as far as
/// they come from the environment. An empty one would switch off what it is for, and nobody would notice.
void check_secrets(config_document& document, const environment& variables);

} // namespace callboard::app
