#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message/message.hpp"

namespace callboard::http {

/// How a client knows where the body of an answer ends.
enum class body_end : std::uint8_t {
  /// By its length.
  length,
  /// It comes in chunks, and the last one says so.
  chunks,
  /// It ends with the connection, for clients that know no chunks.
  connection,
};

/// What the head of an answer needs to know beside the answer.
struct head_context {
  /// Empty: no `X-Request-Id`.
  std::string_view request_id{};
  /// Header lines, each with its end.
  std::string_view more_lines{};
  bool closes = false;
  /// The request's version; see `request::version`.
  int version = 11;
  body_end end = body_end::length;
};

/// The standard phrase of a status ("Not Found"); empty for one that is never used here.
std::string_view reason_phrase(int status) noexcept;

/// Status line, all headers and the empty line. A length is that of the answer's body, also when the
/// body is not sent because the request was a HEAD.
std::string render_head(const response& made, const head_context& context);

/// Bytes of a body as a chunk, the way HTTP/1.1 sends it. @pre they are not empty: that would be the end
std::string frame_chunk(std::string_view bytes);

/// What stands behind the last chunk.
inline constexpr std::string_view end_of_chunks = "0\r\n\r\n";

} // namespace callboard::http
