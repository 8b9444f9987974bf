#pragma once

#include <gmock/gmock.h>

#include <string>
#include <string_view>

#include "app/config/config.hpp"
#include "tests/support/temp_dir.hpp"

namespace callboard::app {

/// Loads configurations from a directory of its own, without this machine's environment.
struct config_test : ::testing::Test {
  tests::temp_dir dir;
  config_sources sources{.directory = dir.path(), .file = {}, .variables = {}, .flags = {}};

  /// Loads with the given text as callboard.json.
  checked<server_config> load(std::string_view file_text) {
    dir.write("callboard.json", file_text);
    return load_config(sources);
  }

  /// As `load`, for a text that must be fine.
  server_config load_good(std::string_view file_text) {
    auto loaded = load(file_text);
    if (!loaded) {
      for (const auto& fault : loaded.error())
        ADD_FAILURE() << fault.where << ": " << fault.what;
      return {};
    }
    return std::move(*loaded);
  }

  /// As `load`, for a text that must have faults.
  config_faults load_bad(std::string_view file_text) {
    auto loaded = load(file_text);
    if (!loaded)
      return std::move(loaded.error());
    ADD_FAILURE() << "no fault found in " << file_text;
    return {};
  }
};

inline void PrintTo(const config_fault& fault, std::ostream* out) {
  *out << fault.where << ": " << fault.what;
}

} // namespace callboard::app
