#pragma once

#include <chrono>
#include <cstddef>

#include <callboard/time.hpp>

namespace callboard::http {

/// So many in so long a time, all at once or spread over it: what is used comes back bit by bit.
struct rate_limit {
  /// 0: there is no limit.
  std::size_t count = 0;
  /// ≥ 1 s.
  std::chrono::seconds window{60};

  /// How long one takes to come back.
  steady_time::duration step() const noexcept {
    return steady_time::duration{window} / static_cast<steady_time::rep>(count);
  }
};

/// What somebody has left of a quota.
struct rate_state {
  /// Whether there was one more.
  bool is_granted = true;
  std::size_t left = 0;
  /// Until there is one more; 0 if there is.
  steady_time::duration until_next{0};
  /// Until all of them are back.
  steady_time::duration until_all{0};
};

/// How much somebody has used of a quota: the time at which all of it is back. (The generic cell rate
/// algorithm: one time, whatever the quota.)
class rate_use {
public:
  /// Takes one if there is one. @pre `of.count > 0`
  rate_state take(const rate_limit& of, steady_time now) noexcept;

  /// Whether nothing is used any more, so that it can be forgotten.
  bool is_over(steady_time now) const noexcept {
    return all_back_at_ <= now;
  }

  /// When it can be forgotten.
  steady_time all_back_at() const noexcept {
    return all_back_at_;
  }

private:
  steady_time all_back_at_{};
};

/// A time in whole seconds, rounded up: clients that come back then are not too early.
std::chrono::seconds seconds_until(steady_time::duration time) noexcept;

} // namespace callboard::http
