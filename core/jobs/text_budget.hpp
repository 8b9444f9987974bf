#pragma once

#include <cstddef>

namespace callboard::core {

/// What one job counts as in a `text_budget`; kept with the job.
struct text_share {
  std::size_t bytes = 0;
  /// Whether the job can be forgotten to make room.
  bool is_finished = false;
};

/// How many bytes of text jobs hold together, and how many they may. Every call is O(1).
class text_budget {
public:
  constexpr explicit text_budget(std::size_t bytes_max = 0) : bytes_max_(bytes_max) {
    // nop
  }

  /// A job counts as this from now on, in place of what it counted as before.
  constexpr void set(text_share& share, text_share now) noexcept {
    remove(share);
    share = now;
    (share.is_finished ? finished_ : live_) += share.bytes;
  }

  /// A job is not held any more.
  void release(text_share& share) noexcept {
    set(share, {});
  }

  constexpr std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

  /// Bytes that all jobs hold.
  constexpr std::size_t bytes() const noexcept {
    return live_ + finished_;
  }

  /// Bytes that live jobs hold.
  std::size_t live_bytes() const noexcept {
    return live_;
  }

  /// Whether this many more bytes fit beside what is held.
  constexpr bool has_room(std::size_t more) const noexcept {
    return fits(bytes(), more);
  }

  /// Whether they would fit if all finished jobs were forgotten.
  constexpr bool can_make_room(std::size_t more) const noexcept {
    return fits(live_, more);
  }

private:
  constexpr bool fits(std::size_t held, std::size_t more) const noexcept {
    return held <= bytes_max_ && more <= bytes_max_ - held;
  }

  constexpr void remove(const text_share& share) noexcept {
    (share.is_finished ? finished_ : live_) -= share.bytes;
  }

  std::size_t bytes_max_;
  std::size_t live_ = 0;
  std::size_t finished_ = 0;
};

} // namespace callboard::core
