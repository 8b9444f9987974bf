#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/temp_dir.hpp"

namespace callboard::tests {

/// A tz database of a test's own, with UTC and such zones of the system's as it is given.
class zone_directory {
public:
  zone_directory() {
    add("UTC");
  }

  std::string path() const {
    return directory_.path().string();
  }

  /// Puts a zone of the system's in, under its own or another name.
  void add(const std::string& name, const std::string& from = {}) const {
    const auto file = directory_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::filesystem::copy_file(std::filesystem::path{"/usr/share/zoneinfo"}
                                 / (from.empty() ? name : from),
                               file, std::filesystem::copy_options::overwrite_existing);
  }

  /// Makes a zone unreadable: its file is empty.
  void spoil(const std::string& name) const {
    std::filesystem::create_directories((directory_.path() / name).parent_path());
    directory_.write(name, "");
  }

private:
  temp_dir directory_;
};

} // namespace callboard::tests
