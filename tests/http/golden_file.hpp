#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace callboard::tests {

/// A golden file without the line end that editors put at its end.
inline std::string golden(const std::string& name) {
  const auto path = std::filesystem::path{CALLBOARD_GOLDEN_DIR} / (name + ".json");
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_FALSE(text.empty()) << path << " is missing";
  if (text.ends_with('\n'))
    text.pop_back();
  return text;
}

} // namespace callboard::tests
