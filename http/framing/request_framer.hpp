#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/framing/message_reader.hpp"

namespace callboard::http {

/// Looks at requests before their bodies have come.
class head_judge {
public:
  enum class verdict : std::uint8_t {
    /// The body is wanted.
    go_on,
    /// The request is answered without it. What comes of it is dropped, and the next request follows.
    answer,
    /// The request is answered without it, and the connection ends with that.
    answer_and_end,
  };

  /// @param head whole and sound, with its empty line
  virtual verdict judge(std::string_view head) noexcept = 0;

protected:
  ~head_judge() = default;
};

/// The bytes that come on one connection, on their way to the parser. The parser is given one
/// request at a time, and none of it before its head is whole and sound. Where a request is not
/// sound it is given one that stands for it, and after that nothing more. A request that is answered
/// without its body has one that stands for it, too.
///
/// Bytes stay in the buffer that they were read into; they are copied only if a head comes in pieces
/// or several requests at once.
class request_framer {
public:
  /// @param judge asked about each head whose body does not come with it; null: all bodies are wanted
  explicit request_framer(const message_reader::limits& allowed,
                          head_judge* judge = nullptr) noexcept
    : reader_(allowed), kept_body_bytes_max_(allowed.asked_body_bytes_max), judge_(judge) {
    // nop
  }

  /// What a connection waits for.
  enum class phase : std::uint8_t { idle, head, body };

  /// Takes bytes that were read into the parser's buffer, and leaves there what the parser may see
  /// now. Gives its length; 0: more must be read first.
  /// @param room size of the buffer
  std::size_t came(char* buffer, std::size_t count, std::size_t room);

  /// Fills the parser's buffer with what came before and has not been given to it. 0: nothing has,
  /// or none of it may go on before more has been read.
  std::size_t take(char* buffer, std::size_t room);

  /// Ends with a fault that is not in the bytes; `take` then gives the request that stands for it. If
  /// the content of a body is missing, it gives two bytes for all of it, one at a time: given the
  /// first, the parser must be told that only the second is missing. Of a request that has been answered
  /// nothing is given: the connection ends.
  void fail(const framing_fault& why);

  /// The fault that everything given from now on stands for; null while there is none.
  const framing_fault* fault() const noexcept {
    return reader_.fault() != nullptr && is_refused_ ? reader_.fault() : nullptr;
  }

  /// Whether what comes belongs to a request that has been answered.
  bool is_dropping() const noexcept {
    return reader_.is_dropping();
  }

  /// How many bytes that come next may be thrown away unseen: all that is missing of the content of a body
  /// that is being dropped, except for its last byte.
  std::uint64_t discardable() const noexcept {
    return is_dropping() && content_missing() > 1 ? content_missing() - 1 : 0;
  }

  /// Bytes came and were thrown away, `discardable` of them at most.
  void discard(std::uint64_t count) noexcept {
    reader_.discard(count);
  }

  /// Whether the client waits for a 100 before it sends more. Says so once.
  bool must_say_continue() noexcept {
    const auto must = asks_to_continue_;
    asks_to_continue_ = false;
    return must;
  }

  /// What must come next.
  phase waits_for() const noexcept {
    return reader_.is_between() ? phase::idle : reader_.is_in_head() ? phase::head : phase::body;
  }

  /// How many bytes must come before there is anything to do but to pass them on: what is missing of
  /// the content of a body, or of one of its chunks. 0: any byte may matter.
  std::uint64_t content_missing() const noexcept {
    return is_refused_ || !left().empty() ? 0 : reader_.content_left();
  }

  /// Requests that have come as a whole.
  std::uint64_t count() const noexcept {
    return count_;
  }

  /// Memory that it holds: bytes that came and have not been given to the parser, and what they leave
  /// room for. No more than twice a head and a buffer of the parser, however many requests have come.
  std::size_t held_bytes() const noexcept {
    return held_.capacity();
  }

  /// What the parser has been given of a request whose end has not come, and keeps.
  std::size_t parsed_bytes() const noexcept {
    if (waits_for() != phase::body || is_dropping())
      return 0;
    const auto body = reader_.content_passed();
    return head_bytes_ + static_cast<std::size_t>(body > kept_body_bytes_max_ ? 0 : body);
  }

private:
  /// Forgets what has been given to the parser or skipped. Where requests do not end where reads do,
  /// something is always left, and what came before it would stay for ever.
  void drop_given();

  /// Takes over what the reader has found in the bytes held, or in the buffer before they are.
  void note(const message_reader::outcome& found) noexcept;

  /// Whether what has come of a body neither ends it nor is wrong.
  bool lacks_more(std::string_view rest) const noexcept;

  /// Whether the request whose head has just been found is answered without its body: then a request
  /// that stands for it is held, and what comes behind.
  /// @param bytes what the reader has looked at
  bool is_answered_early(const message_reader::outcome& found, std::string_view bytes);

  std::string_view left() const noexcept {
    return std::string_view{held_}.substr(held_from_);
  }

  message_reader reader_;
  /// Bytes that came; those before `held_from_` have been given to the parser or skipped.
  std::string held_;
  std::size_t held_from_ = 0;
  /// How many of those that are left the parser may see.
  std::size_t approved_ = 0;
  /// How many of those stand for content that is missing.
  std::size_t fillers_ = 0;
  std::uint64_t count_ = 0;
  /// Of the head of the request under way.
  std::size_t head_bytes_ = 0;
  /// Of a longer body nothing is kept.
  std::uint64_t kept_body_bytes_max_;
  head_judge* judge_;
  bool asks_to_continue_ = false;
  bool is_refused_ = false;
};

} // namespace callboard::http
