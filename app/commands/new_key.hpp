#pragma once

#include <string>
#include <vector>

namespace callboard::app {

/// A key that has just been made.
struct new_key {
  /// What the caller of the APIs presents. It cannot be recovered from the configuration.
  std::string key;
  /// The entry for `apiKeys` in the configuration, JSON on one line.
  std::string entry;
};

/// Makes a key at random.
new_key make_key(const std::string& name, const std::string& organisation,
                 const std::vector<std::string>& scopes);

} // namespace callboard::app
