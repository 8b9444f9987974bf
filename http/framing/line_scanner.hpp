#pragma once

#include <cstddef>
#include <string_view>

#include "http/framing/characters.hpp"
#include "http/framing/framing_fault.hpp"

namespace callboard::http {

/// Finds the end of a line that may still be arriving. Looks at no byte twice but the last.
class line_scanner {
public:
  struct outcome {
    /// Whether the line is all there; else its end has not come, or there is a fault.
    bool is_whole = false;
    /// Its length without the line end.
    std::size_t size = 0;
    const framing_fault* fault = nullptr;
  };

  /// Looks at what is there of a line, from its first byte on. Each call for the same line must
  /// have the bytes of the call before it, and may have more. Whatever the pieces, the fault is that
  /// of the first byte that cannot be right. After a whole line the next call is about the next one.
  /// @param allowed what may stand in the line
  /// @param bytes_max longest line, without its end
  /// @param too_long what a longer one is
  outcome scan(std::string_view line, const byte_set& allowed, std::size_t bytes_max,
               const framing_fault& too_long) noexcept {
    const auto stop = line.size() < bytes_max ? line.size() : bytes_max;
    while (at_ < stop && is_in(allowed, line[at_]))
      ++at_;
    if (at_ == line.size())
      return {};
    if (line[at_] == '\r') {
      if (at_ + 1 == line.size())
        return {};
      if (line[at_ + 1] != '\n')
        return {.fault = &faults::bare_cr};
      const auto size = at_;
      at_ = 0;
      return {.is_whole = true, .size = size};
    }
    if (at_ == bytes_max)
      return {.fault = &too_long};
    return {.fault = line[at_] == '\n' ? &faults::bare_lf : &faults::forbidden_byte};
  }

private:
  std::size_t at_ = 0;
};

} // namespace callboard::http
