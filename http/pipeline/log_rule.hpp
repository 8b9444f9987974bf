#pragma once

#include <chrono>

namespace callboard::http {

/// An answer that takes longer is worth a line in the log: nothing but waiting takes a second.
inline constexpr std::chrono::seconds slow_from{1};

/// Whether a request belongs into a log of failures: answered 5xx, or slow without a wait.
constexpr bool is_failure(int status, std::chrono::microseconds took, bool has_waited) noexcept {
  return status >= 500 || (took > slow_from && !has_waited);
}

} // namespace callboard::http
