#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/framing/framing_fault.hpp"
#include "http/framing/line_scanner.hpp"

namespace callboard::http {

/// Checks a chunked body. What is good goes on as it is, except for trailers: nobody here asks for
/// them, and merged into a head they could change what it says. Copies nothing.
class chunk_reader {
public:
  /// Longest size line: sixteen digits, and extensions, which are not used in practice.
  static constexpr std::size_t line_bytes_max = 1024;
  /// All extensions of a body together: a body must not be made of them.
  static constexpr std::size_t extension_bytes_max = 16 * 1024;
  static constexpr std::size_t trailer_bytes_max = 8192;
  static constexpr std::size_t trailer_count_max = 100;

  /// What is to be done with the first bytes.
  struct outcome {
    /// So many are left out …
    std::size_t skip = 0;
    /// … and so many after them go on; what comes then must be shown again.
    std::size_t pass = 0;
    /// Whether the body ends with them.
    bool is_end = false;
    const framing_fault* fault = nullptr;
  };

  /// @param body_bytes_max a body with more content is a fault
  explicit chunk_reader(std::uint64_t body_bytes_max = 0) noexcept
    : body_bytes_max_(body_bytes_max) {
    // nop
  }

  /// Looks at what is there of the body, from the first byte on that has neither been passed nor
  /// skipped. Each call must have the bytes of the call before it that were left, and may have more.
  /// Gives a fault alone: what is good before it has been passed by then.
  outcome read(std::string_view body) noexcept;

  /// What must follow the bytes that have been passed, and `content_left` more, to make a whole body
  /// of them.
  std::string_view missing_end() const noexcept;

  /// Bytes of a chunk's content came and were thrown away unseen: less than `content_left`.
  void discard(std::uint64_t count) noexcept {
    content_left_ -= count;
  }

  /// How much of the content of a chunk that has begun has not been passed.
  std::uint64_t content_left() const noexcept {
    return content_left_;
  }

  /// How much content has been passed, of all chunks together.
  std::uint64_t content_passed() const noexcept {
    return body_bytes_ - content_left_;
  }

private:
  enum class part : std::uint8_t { size_line, content, content_end, trailers };

  outcome read_size_line(std::string_view body) noexcept;
  outcome read_content(std::string_view body) noexcept;
  outcome read_content_end(std::string_view body) const noexcept;
  outcome read_trailer(std::string_view body) noexcept;

  line_scanner scanner_;
  part part_ = part::size_line;
  /// Of the chunk.
  std::uint64_t content_left_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t body_bytes_max_;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_count_ = 0;
};

} // namespace callboard::http
