#pragma once

#include <string>
#include <vector>

namespace callboard::app {

/// A new API key.
struct new_key {
  /// What clients send. It cannot be recovered from the configuration.
  std::string key;
  /// The entry for `apiKeys` in the configuration, JSON on one line.
  std::string entry;
};

/// Creates a random key.
new_key make_key(const std::string& name, const std::string& organisation,
                 const std::vector<std::string>& scopes);

} // namespace callboard::app
