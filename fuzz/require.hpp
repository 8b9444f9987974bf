#pragma once

#include <cstdlib>

namespace callboard::fuzz {

/// Ends the process, which the fuzzer takes for a finding, unless something holds.
inline void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace callboard::fuzz
