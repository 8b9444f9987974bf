#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace callboard::test {

/// The seed for a random test: `CALLBOARD_TEST_SEED` from the environment, so that a failure can be
/// repeated, else a new one. Printed either way.
inline std::uint64_t random_seed() {
  const auto* given = std::getenv("CALLBOARD_TEST_SEED");
  const auto seed = given ? std::stoull(given) : std::uint64_t{std::random_device{}()};
  std::cout << "CALLBOARD_TEST_SEED=" << seed << std::endl;
  return seed;
}

} // namespace callboard::test
