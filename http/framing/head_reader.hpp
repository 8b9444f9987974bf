#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/framing/framing_fault.hpp"
#include "http/framing/line_scanner.hpp"

namespace callboard::http {

/// Checks the head of one request: request line, header lines and the empty line after them. Takes
/// what RFC 9112 has a server take and nothing else, so that whoever reads the same bytes, before or
/// behind this server, finds the same request in them. Copies nothing.
class head_reader {
public:
  // http.md promises the first two. Together they would allow 800 KB; no client needs a tenth of it.
  static constexpr std::size_t line_bytes_max = 8192;
  static constexpr std::size_t field_count_max = 100;
  static constexpr std::size_t head_bytes_max = 80 * 1024;

  struct outcome {
    /// Length of the head with the empty line; 0: its end has not come, or there is a fault.
    std::size_t size = 0;
    const framing_fault* fault = nullptr;
  };

  /// Looks at what is there of the head, from its first byte on. Each call must have the bytes of
  /// the call before it, and may have more. Not to be called again after an outcome.
  outcome read(std::string_view head) noexcept;

  // What a whole head says.

  bool is_http_10() const noexcept {
    return is_http_10_;
  }

  bool is_chunked() const noexcept {
    return is_chunked_;
  }

  /// 0 also without any.
  std::uint64_t content_length() const noexcept {
    return content_length_.value_or(0);
  }

  /// Whether the client waits with its body for a 100.
  bool expects_continue() const noexcept {
    return expects_continue_ && !is_http_10_;
  }

  /// Length of the request line without its end; 0 while none has been found sound.
  std::size_t request_line_size() const noexcept {
    return request_line_size_;
  }

private:
  const framing_fault* read_request_line(std::string_view line) noexcept;
  const framing_fault* read_target(std::string_view method, std::string_view target) noexcept;
  const framing_fault* read_field(std::string_view head, std::string_view line) noexcept;
  const framing_fault* read_host(std::string_view head, std::string_view value) noexcept;
  const framing_fault* read_length(std::string_view value) noexcept;
  const framing_fault* read_coding(std::string_view value) noexcept;
  const framing_fault* check_whole() const noexcept;

  line_scanner scanner_;
  /// Where the line that is being read begins.
  std::size_t line_start_ = 0;
  std::size_t request_line_size_ = 0;
  std::size_t field_count_ = 0;
  /// Where the target's host and port are, if it has any.
  std::size_t authority_start_ = 0;
  std::size_t authority_size_ = 0;
  std::optional<std::uint64_t> content_length_;
  bool is_http_10_ = false;
  bool is_chunked_ = false;
  bool has_coding_ = false;
  bool has_host_ = false;
  bool expects_continue_ = false;
};

} // namespace callboard::http
