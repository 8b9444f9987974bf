#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/framing/message_reader.hpp"

namespace callboard::tests {

/// What came of bytes that passed a reader.
struct framing_result {
  /// The requests that were let through as a whole, as the parser sees them.
  std::vector<std::string> requests;
  const http::framing_fault* fault = nullptr;

  bool operator==(const framing_result&) const = default;

  int status() const noexcept {
    return fault == nullptr ? 0 : fault->status;
  }
};

/// Bodies up to 1,000 bytes, those of clients that ask first up to 500.
inline constexpr http::message_reader::limits tested_limits{.body_bytes_max = 1000,
                                                            .asked_body_bytes_max = 500};

/// Has a `message_reader` look at bytes that come in pieces.
framing_result read_pieces(const std::vector<std::string_view>& pieces,
                           const http::message_reader::limits& limits = tested_limits);

/// Has an `request_framer` and the parser that is behind it in the server look at bytes that come in
/// pieces, and describes each request that the parser reports ("POST /p hello"). Throws if the
/// parser finds anything wrong with what it is given.
/// @param room size of the parser's buffer
framing_result parse_pieces(const std::vector<std::string_view>& pieces, std::size_t room);

/// The same with bytes after which nothing comes until somebody gives up.
framing_result parse_unfinished(std::string_view bytes, const http::framing_fault& why,
                                std::size_t room);

/// What `parse_pieces` says of a request that has passed the reader.
std::string describe(std::string_view request);

/// Bytes in pieces of one byte.
std::vector<std::string_view> split_everywhere(std::string_view bytes);

} // namespace callboard::tests
