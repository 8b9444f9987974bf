#pragma once

#include <cstdio>
#include <cstdlib>

namespace callboard::fuzz {

/// Ends the process, which is taken for a finding, unless something holds. `file` and `line` are the
/// caller's; Clang 14 has no std::source_location.
inline void require(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds)
    return;
  std::fprintf(stderr, "%s:%d: does not hold\n", file, line);
  std::abort();
}

} // namespace callboard::fuzz
