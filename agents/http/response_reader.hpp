#pragma once

#include "agents/http/outbound_http.hpp"

#include <curl/curl.h>

#include <cstddef>

namespace callboard::agents {

/// Takes a response as libcurl reads it, and bounds what it can grow to. Used by one thread.
class response_reader {
public:
  /// Makes libcurl hand the response over here. False: it does not take that.
  bool apply_to(CURL* handle);

  /// What was read, once the transfer has ended; to be called once. The fault is the caller's to set.
  http_response take(CURL* handle);

  /// Whether the head of the answer itself was read, with its trailers if they have begun.
  bool is_head_complete() const noexcept {
    return is_head_complete_;
  }

  bool is_head_too_large() const noexcept {
    return is_head_too_large_;
  }

  bool is_too_large() const noexcept {
    return is_too_large_;
  }

private:
  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self);

  http_response response_;
  /// Of all heads and of the trailers.
  std::size_t head_bytes_ = 0;
  std::size_t head_lines_ = 0;
  bool is_head_complete_ = false;
  bool is_head_too_large_ = false;
  bool is_too_large_ = false;
};

} // namespace callboard::agents
