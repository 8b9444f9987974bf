#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

#include <callboard/time.hpp>

namespace callboard::http {

/// How many bytes of answers a server holds that their clients have not read, and which client has to go
/// when there is no room for another answer: the one that has taken nothing for the longest time. An
/// answer counts as a whole until its last byte is out, since its memory does.
///
/// A rule without clock and lock. Answers are known by numbers that their owner gives them.
class unsent_budget {
public:
  using number = std::uint64_t;

  /// Answers up to this size do not count: for as many as there are connections they are bounded anyway.
  static constexpr std::size_t small_bytes_max = 16 * 1024;

  struct limits {
    std::size_t bytes_max = 0;
    /// A client that has taken something within this time is not dropped for an answer that can be refused.
    steady_time::duration patience{0};
  };

  /// What may happen to an answer for which there is no room.
  enum class importance : std::uint8_t {
    /// Refused: the client loses nothing but time.
    can_be_refused,
    /// Nothing: what it tells of has been done, and is not asked for twice.
    must_go_out,
  };

  struct verdict {
    bool is_admitted = true;
    /// These do not count any more: their connections must end.
    std::vector<number> dropped;
  };

  explicit unsent_budget(const limits& allowed) : allowed_(allowed) {
    // nop
  }

  /// Counts a response, or counts it again if its size has changed. It cannot be dropped before
  /// it has begun to go out. A refused one does not count.
  verdict admit(number answer, std::size_t bytes, importance matters, steady_time now);

  /// The answer goes out from now on, or its client has just taken some of it. False if it does not
  /// count (any more).
  bool progress(number answer, steady_time now);

  /// The answer is out, or will never go out. Does nothing if it does not count.
  void release(number answer) noexcept;

  /// Bytes that count.
  std::size_t bytes() const noexcept {
    return bytes_;
  }

private:
  struct entry {
    number answer = 0;
    std::size_t bytes = 0;
    /// When the client last took something; unset before the answer goes out.
    steady_time since{};
  };

  using entries = std::list<entry>;

  struct place {
    entries::iterator at;
    bool is_going = false;
  };

  /// The first of those that go out which can stay if the others are to make room for `bytes`.
  entries::iterator end_of_dropped(std::size_t bytes, importance matters, steady_time now);

  limits allowed_;
  std::size_t bytes_ = 0;
  entries waiting_;
  /// Those whose clients have taken nothing for the longest time first.
  entries going_;
  std::unordered_map<number, place> places_;
};

} // namespace callboard::http
