#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/framing/chunk_reader.hpp"
#include "http/framing/framing_fault.hpp"
#include "http/framing/head_reader.hpp"

namespace callboard::http {

/// Checks the requests that come on one connection before the parser behind sees them. Knows of
/// each where it ends, so that the parser can be given one at a time. Copies nothing.
class message_reader {
public:
  struct limits {
    /// Longest body that is read at all.
    std::uint64_t body_bytes_max = 0;
    /// Longest body that a client which asks first (`Expect`) is told to send.
    std::uint64_t asked_body_bytes_max = 0;
  };

  /// What is to be done with the first bytes.
  struct outcome {
    /// So many are left out …
    std::size_t skip = 0;
    /// … so many after them go on, and what comes then must be shown again.
    std::size_t pass = 0;
    /// Length of the head that what is passed begins with, if the request does not end with it, or whose
    /// body is the fault; else 0. The last chance to answer without the body.
    std::size_t head = 0;
    /// Whether the client waits for a 100 with what is passed.
    bool asks_to_continue = false;
    /// Whether a request ends with what is passed.
    bool is_end = false;
    /// Nothing goes on from now on.
    const framing_fault* fault = nullptr;
  };

  explicit message_reader(const limits& allowed) noexcept : allowed_(allowed) {
    // nop
  }

  /// Looks at the bytes from the first one on that has neither been passed nor skipped: those that
  /// the call before it left, and maybe more. Never passes bytes of two requests at once.
  outcome read(std::string_view bytes) noexcept;

  /// Ends with a fault that is not in the bytes.
  void fail(const framing_fault& why) noexcept {
    fault_ = &why;
  }

  /// From now on the rest of the body that has begun is skipped, not passed.
  void drop_body() noexcept {
    drops_body_ = true;
  }

  /// Whether the rest of a body is being skipped.
  bool is_dropping() const noexcept {
    return drops_body_;
  }

  /// Bytes of the content that is being skipped came and were thrown away unseen.
  /// @param count less than `content_left`, so that the end of the body is still read
  void discard(std::uint64_t count) noexcept {
    if (part_ == part::content)
      content_left_ -= count;
    else
      chunks_.discard(count);
  }

  /// The fault that the connection ends with.
  const framing_fault* fault() const noexcept {
    return fault_;
  }

  /// Whether no byte of the next request has come. Empty lines before it do not count.
  bool is_between() const noexcept {
    return part_ == part::before_head;
  }

  /// Whether a head has begun and not ended.
  bool is_in_head() const noexcept {
    return part_ == part::head;
  }

  /// After a fault: whether there is a request line, and it was found sound.
  bool has_request_line() const noexcept {
    return is_in_head() ? head_.request_line_size() > 0 : !is_between();
  }

  /// After a fault: bytes that make a whole request of what has been passed, so that the parser
  /// behind reports one. If the head has not been passed, it is one with the same request line, if
  /// that was sound. If the body has begun, `content_left` bytes must come before them. `left`: what
  /// the last call was about, beyond what it skipped.
  std::string missing_end(std::string_view left) const;

  /// A request without a body that has the same request line.
  /// @param head a head that has just been found whole
  std::string stand_in(std::string_view head) const;

  /// Inside of a body: how much of its content has been passed.
  std::uint64_t content_passed() const noexcept {
    return part_ == part::content  ? head_.content_length() - content_left_
           : part_ == part::chunks ? chunks_.content_passed()
                                   : 0;
  }

  /// Inside of a body: how much of its content, or of that of a chunk, has not been passed.
  std::uint64_t content_left() const noexcept {
    return part_ == part::content  ? content_left_
           : part_ == part::chunks ? chunks_.content_left()
                                   : 0;
  }

private:
  enum class part : std::uint8_t { before_head, head, content, chunks };

  /// Empty lines before a request are skipped, as RFC 9112, 2.2, asks for, but not for ever.
  static constexpr std::size_t empty_lines_max = 4;

  std::size_t skip_empty_lines(std::string_view bytes) noexcept;
  void begin_body(outcome& made, std::string_view rest) noexcept;
  void read_body(outcome& made, std::string_view rest) noexcept;
  void end_message(outcome& made) noexcept;

  limits allowed_;
  part part_ = part::before_head;
  head_reader head_;
  chunk_reader chunks_;
  std::uint64_t content_left_ = 0;
  std::size_t empty_lines_ = 0;
  bool drops_body_ = false;
  const framing_fault* fault_ = nullptr;
};

} // namespace callboard::http
