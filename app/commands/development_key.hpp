#pragma once

#include <filesystem>
#include <string>

#include <callboard/error.hpp>
#include <callboard/http_server.hpp>

namespace callboard::app {

/// The key that a server without any configured key creates, so that routes that always need
/// one can be tried out.
struct development_key {
  /// What clients send.
  std::string key;
  /// Created just now: to be shown once.
  bool is_new = false;

  /// As in a configuration: for the organisation `default`, with all scopes.
  api_key entry() const;
};

/// Reads the key from a file or, if there is none, makes one and writes it there, readable by the
/// owner alone. Errors: `io`, also for a key that others may know: the file is a link, belongs to another
/// user or can be read by others, or the key is shorter than 32 characters.
result<development_key> take_development_key(const std::filesystem::path& file);

} // namespace callboard::app
