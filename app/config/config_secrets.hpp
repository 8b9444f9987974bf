#pragma once

#include "app/config/config_document.hpp"

namespace callboard::app {

/// Secrets that are empty: of the agents' `secret`, `headers`, URLs and `apiKeyEnv`, and of `tls`, as far as
/// they come from the environment. An empty one would silently disable its purpose.
void check_secrets(config_document& document, const environment& variables);

} // namespace callboard::app
