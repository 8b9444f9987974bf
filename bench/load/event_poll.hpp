#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include <sys/epoll.h>

#include <callboard/time.hpp>

#include "bench/load/endpoint.hpp"

namespace callboard::bench {

/// The epoll instance of a load's thread, with a timer for those who must wake up more exactly than to the
/// millisecond. One thread.
class event_poll {
public:
  event_poll();

  /// Has `wait` heed its `wake_at`. Before the first `wait`.
  void use_timer();

  /// What connections enter themselves into.
  int instance() const noexcept {
    return epoll_.get();
  }

  /// Waits until a connection has an event.
  /// @param wake_at returns by then, too, if a timer is used; none: no such time.
  /// @param limit returns after this at the latest.
  void wait(std::optional<steady_time> wake_at, std::chrono::milliseconds limit);

  /// Passes the events of the last `wait` on to their connections.
  void pass_on();

private:
  /// Events fetched at once: more than connections are ready in one go.
  static constexpr std::size_t events_max = 256;

  void set_timer(std::optional<steady_time> wake_at);

  descriptor epoll_;
  descriptor timer_;
  std::optional<steady_time> timer_set_for_;
  std::array<epoll_event, events_max> events_;
  std::size_t count_ = 0;
  /// What connections read into: holds any answer except a long list in one piece.
  std::vector<char> buffer_;
};

} // namespace callboard::bench
