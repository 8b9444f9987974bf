#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace callboard::tests {

/// Bytes on a connection, and what a strict reader makes of them.
struct framing_case {
  std::string name;
  std::string bytes;
  /// Of the answer that ends the connection; 0: none does.
  int status = 0;
  /// Requests before that which are whole and sound.
  std::size_t served = 0;
};

/// Every way that is known to write a request wrong, or right in an unusual way.
const std::vector<framing_case>& framing_cases();

} // namespace callboard::tests
