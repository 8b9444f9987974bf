#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::bench {

/// Finds out where each HTTP/1.1 answer in a stream of bytes ends and what its status is, and nothing
/// more: the load generator must cost much less than the server that it measures.
/// Knows Content-Length, chunked bodies, bodies that end with the connection, and interim 1xx answers.
class response_scanner {
public:
  /// How far the scanner has come.
  enum class progress {
    /// The bytes are used up and the answer goes on.
    more,
    /// An answer is complete; `status` and `keeps_alive` are about it. Bytes may be left.
    answer,
    /// This is not HTTP. The connection must be given up.
    fault,
  };

  /// @param body_sink where bodies are appended to; null: they are skipped.
  /// @param head_sink where heads (status line and fields, with the empty line) are appended to.
  explicit response_scanner(std::string* body_sink = nullptr, std::string* head_sink = nullptr);

  /// Reads on, and takes the bytes that were read off the front of `input`.
  progress scan(std::string_view& input);

  /// Tells that the connection has ended. `answer` if that is how this answer ends, else `fault`.
  progress end_of_stream();

  /// The status of the last complete answer.
  int status() const noexcept {
    return status_;
  }

  /// Whether the connection can be used again after the last complete answer.
  bool keeps_alive() const noexcept {
    return keeps_alive_;
  }

  /// Whether an answer has begun and is not complete.
  bool is_within_answer() const noexcept {
    return state_ != state::head || !head_.empty();
  }

  /// Forgets everything, for a new connection.
  void reset();

private:
  enum class state { head, sized_body, chunk_size, chunk_body, chunk_end, trailer, open_body };

  progress on_head(std::string_view head);
  bool on_status_line(std::string_view line);
  bool on_field(std::string_view line);
  progress scan_head(std::string_view& input);
  progress scan_body(std::string_view& input);
  /// Takes a line off `input`, without its end; false while it is incomplete.
  bool take_line(std::string_view& input, std::string_view& line);
  progress on_chunk_line(std::string_view line);
  progress finish();

  std::string* body_sink_;
  std::string* head_sink_;
  state state_ = state::head;
  /// The part of a head or a line that came in earlier reads.
  std::string head_;
  std::string line_;
  /// Body bytes still to come.
  std::uint64_t remaining_ = 0;
  bool has_length_ = false;
  bool is_chunked_ = false;
  bool keeps_alive_ = true;
  int status_ = 0;
};

} // namespace callboard::bench
