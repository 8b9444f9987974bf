#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace callboard::app {

/// An error in the configuration.
struct config_fault {
  /// JSON Pointer of the value, with the variable or flag that set it if it was not the file
  /// ("/listen (CALLBOARD_LISTEN)"), or the file's name when it cannot be read.
  std::string where;
  /// What is wrong, and what is allowed.
  std::string what;

  friend bool operator==(const config_fault&, const config_fault&) = default;
};

using config_faults = std::vector<config_fault>;

/// A value, or all errors.
template <class T>
using checked = tl::expected<T, config_faults>;

} // namespace callboard::app
